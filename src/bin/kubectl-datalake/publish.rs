//! `publish`: JSON lines to the stream, each once accepted or told of.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, stdin};
use std::path::Path;
use std::time::Duration;

use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use data_encoding::HEXLOWER;
use datalake_operator::api::Datalake;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::function;
use crate::lake::{LakeAws, connection};
use crate::output::{bar, many};

/// Records of one request (Kinesis API reference, `PutRecords`).
const BATCH_RECORDS: usize = 500;
/// Bytes of one request, partition keys included (Kinesis API reference, `PutRecords`).
const BATCH_BYTES: usize = 5 * 1024 * 1024;
/// Bytes of one record that Firehose reads from a stream (Firehose developer guide, "Quota").
const RECORD_BYTES: usize = 1_000 * 1024;
/// Characters of a partition key: 128 bits.
const KEY_LENGTH: usize = 32;
/// Requests in a row of which nothing was accepted, before giving up: about 20 s.
const FRUITLESS: u32 = 10;
/// How long to wait when a request was accepted in part; doubles with each of which nothing was.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Bad lines that are named; further ones are counted.
const FAULTS: usize = 10;

/// Publishes a file, or standard input.
pub async fn run(lake: &Datalake, file: &Path, through_function: bool) -> Result<(), Failure> {
    let connection = connection(lake)?;
    let records = read(file)?;
    if records.is_empty() {
        return Err(Failure::new("nothing to publish: the input has no lines"));
    }
    let aws = LakeAws::of(connection).await?;
    if through_function {
        let function = function::publish(&aws, connection, &records).await?;
        println!("Published {} through {function}.", many(records.len(), "event"));
        return Ok(());
    }
    let mut queue = Queue::new(&records);
    let bar = bar(records.len());
    while let Some(batch) = queue.batch() {
        let entries: Result<Vec<_>, Failure> = batch.iter().map(|&index| entry(index, &records)).collect();
        let request = aws
            .clients
            .kinesis
            .put_records()
            .stream_name(&connection.stream_name)
            .set_records(Some(entries?));
        let answer = match aws.call("kinesis", "PutRecords", request.send()).await {
            Ok(answer) => answer,
            Err(error) => {
                drop(bar);
                return Err(queue.partly(Failure::from(error)));
            }
        };
        let results = answer.records;
        let refusals = results.iter().map(|result| result.error_code.as_deref());
        let pause = queue.answered(batch, refusals);
        bar.set_position(queue.accepted as u64);
        match pause {
            Ok(None) => {}
            Ok(Some(pause)) => tokio::time::sleep(pause).await,
            Err(code) => {
                drop(bar);
                let why = format!("{} refuses more ({code})", connection.stream_name);
                return Err(queue.partly(Failure::Told(why)));
            }
        }
    }
    drop(bar);
    let count = many(records.len(), "event");
    println!("Published {count} to {}.", connection.stream_name);
    Ok(())
}

fn read(file: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    if file.as_os_str() == "-" {
        if stdin().is_terminal() {
            eprintln!("Reading JSON lines from the terminal; Ctrl-D ends.");
        }
        return records(stdin().lock());
    }
    let told = |error| Failure::Told(format!("can't read {}: {error}", file.display()));
    records(BufReader::new(File::open(file).map_err(told)?))
}

/// The records of JSON lines, each ending with a newline, since Firehose adds no separator. Blank lines are none.
fn records(input: impl BufRead) -> Result<Vec<Vec<u8>>, Failure> {
    let mut records = Vec::new();
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(input.split(b'\n')) {
        let line = line.map_err(|error| Failure::Told(format!("can't read line {number}: {error}")))?;
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match check(line) {
            Ok(()) => records.push([line, b"\n"].concat()),
            Err(fault) => faults.push(format!("line {number}: {fault}")),
        }
    }
    if faults.is_empty() {
        return Ok(records);
    }
    let more = faults.len().saturating_sub(FAULTS);
    faults.truncate(FAULTS);
    if more > 0 {
        faults.push(format!("and {} more", many(more, "bad line")));
    }
    Err(Failure::Told(format!(
        "nothing was sent: the input must be one JSON object a line (`jq -c .` writes it so)\n{}",
        faults.join("\n")
    )))
}

fn check(line: &[u8]) -> Result<(), String> {
    if !line.starts_with(b"{") {
        return Err("not a JSON object".into());
    }
    serde_json::from_slice::<Map<String, Value>>(line)
        .map_err(|error| format!("not a JSON object: {error}"))?;
    if line.len() >= RECORD_BYTES {
        return Err(format!(
            "{} bytes with its newline; Firehose takes at most {RECORD_BYTES}",
            line.len() + 1
        ));
    }
    Ok(())
}

fn entry(index: usize, records: &[Vec<u8>]) -> Result<PutRecordsRequestEntry, Failure> {
    let data = &records[index];
    PutRecordsRequestEntry::builder()
        .data(Blob::new(data.clone()))
        .partition_key(partition_key(index, data))
        .build()
        .map_err(|error| Failure::new(error.to_string()))
}

/// Spreads records evenly over the shards, equal ones too.
fn partition_key(index: usize, data: &[u8]) -> String {
    let digest = Sha256::new()
        .chain_update(index.to_be_bytes())
        .chain_update(data)
        .finalize();
    let mut key = HEXLOWER.encode(&digest);
    key.truncate(KEY_LENGTH);
    key
}

/// What is still to be sent, by index, and what was accepted.
#[derive(Debug)]
struct Queue<'a> {
    records: &'a [Vec<u8>],
    waiting: VecDeque<usize>,
    accepted: usize,
    fruitless: u32,
}

impl<'a> Queue<'a> {
    fn new(records: &'a [Vec<u8>]) -> Self {
        Self {
            records,
            waiting: (0..records.len()).collect(),
            accepted: 0,
            fruitless: 0,
        }
    }

    /// Takes what the next request carries; `None` when all was accepted.
    fn batch(&mut self) -> Option<Vec<usize>> {
        let mut room = BATCH_BYTES;
        let fits = |&&index: &&usize| {
            let size = self.records[index].len() + KEY_LENGTH;
            let fits = size <= room;
            room = room.saturating_sub(size);
            fits
        };
        let count = self.waiting.iter().take(BATCH_RECORDS).take_while(fits).count();
        let batch: Vec<usize> = self.waiting.drain(..count).collect();
        (!batch.is_empty()).then_some(batch)
    }

    /// Takes the answer to a request: one error code, or none, a record in their order. What was refused, or not
    /// spoken of, is sent again first. Says how long to wait before, or with which code nothing goes on.
    fn answered<'c>(
        &mut self,
        batch: Vec<usize>,
        refusals: impl Iterator<Item = Option<&'c str>>,
    ) -> Result<Option<Duration>, String> {
        let before = self.accepted;
        let unspoken = std::iter::repeat(Some("NoAnswer"));
        let results: Vec<_> = refusals.chain(unspoken).take(batch.len()).collect();
        let mut code = None;
        // From the last to the first, so that those put in front keep their order.
        for (index, refusal) in batch.into_iter().zip(results).rev() {
            match refusal {
                None => self.accepted += 1,
                Some(refusal) => {
                    code = Some(refusal.to_owned());
                    self.waiting.push_front(index);
                }
            }
        }
        self.fruitless = if self.accepted > before {
            0
        } else {
            self.fruitless + 1
        };
        match code {
            None => Ok(None),
            Some(code) if self.fruitless >= FRUITLESS => Err(code),
            Some(_) => Ok(Some(FIRST_PAUSE * 2u32.pow(self.fruitless.min(5)))),
        }
    }

    /// The failure, with how much was accepted before it.
    fn partly(&self, failure: Failure) -> Failure {
        let Failure::Told(message) = failure else {
            return failure;
        };
        let (accepted, all) = (self.accepted, self.records.len());
        Failure::Told(format!(
            "{message}\n{accepted} of {} accepted",
            many(all, "event")
        ))
    }
}

#[cfg(test)]
mod tests;
