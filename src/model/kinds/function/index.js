// Puts the event that it is invoked with on the Kinesis stream named by STREAM_NAME: an array as one record
// for each of its objects, any other object as one record. Firehose joins records without a separator, so
// each ends with a newline.
"use strict";
const { randomUUID } = require("node:crypto");
const { setTimeout: pause } = require("node:timers/promises");
const { KinesisClient, PutRecordsCommand } = require("@aws-sdk/client-kinesis");

const client = new KinesisClient({});

// Kinesis API reference, PutRecords: at most 500 records and 5 MiB a call, partition keys included.
const MAX_RECORDS = 500;
const MAX_BYTES = 5 * 1024 * 1024;
const TRIES = 5;

exports.handler = async (event) => {
  const records = (Array.isArray(event) ? event : [event]).map(record);
  let published = 0;
  for (const batch of batches(records)) {
    const refused = await publish(batch);
    published += batch.length - refused.length;
    if (refused.length > 0) {
      const [{ ErrorCode, ErrorMessage }] = refused;
      throw new Error(`only ${published} of ${records.length} records were published: ${ErrorCode}: ${ErrorMessage}`);
    }
  }
  return { published };
};

function record(event, index) {
  if (event === null || typeof event !== "object" || Array.isArray(event)) {
    throw new TypeError(`event ${index} is not a JSON object; nothing was published`);
  }
  // A random key spreads the records over the shards.
  return { Data: Buffer.from(`${JSON.stringify(event)}\n`), PartitionKey: randomUUID() };
}

function* batches(records) {
  let batch = [];
  let bytes = 0;
  for (const next of records) {
    const size = next.Data.length + next.PartitionKey.length;
    if (batch.length === MAX_RECORDS || (batch.length > 0 && bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(next);
    bytes += size;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

// PutRecords takes some records and refuses others, for want of throughput: those are sent again. Returns the
// answers for those that were refused to the end.
async function publish(batch) {
  let left = batch;
  for (let attempt = 1; ; attempt += 1) {
    const command = new PutRecordsCommand({ StreamName: process.env.STREAM_NAME, Records: left });
    const answers = (await client.send(command)).Records;
    const refused = answers.filter((answer) => answer.ErrorCode);
    if (refused.length === 0 || attempt === TRIES) {
      return refused;
    }
    left = left.filter((_, index) => answers[index].ErrorCode);
    await pause(100 * 2 ** attempt);
  }
}
