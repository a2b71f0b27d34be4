use super::*;

fn told(result: Result<Vec<Vec<u8>>, Failure>) -> String {
    let Err(Failure::Told(message)) = result else {
        panic!("refused");
    };
    message
}

#[test]
fn each_line_is_a_record_that_ends_with_a_newline_and_is_not_rewritten() {
    let input = "{\"b\":1.50,\"a\":1}\r\n\n  {}  \n{\"é\":null}";
    let expected: [&[u8]; 3] = [b"{\"b\":1.50,\"a\":1}\n", b"{}\n", "{\"é\":null}\n".as_bytes()];
    assert_eq!(records(input.as_bytes()).unwrap(), expected);
}

#[test]
fn a_bad_line_stops_all_and_is_named() {
    for (line, says, why) in [
        (&b"[1]"[..], "line 2: not a JSON object", "an array"),
        (
            b"{\"a\":}",
            "line 2: not a JSON object: expected value",
            "no value",
        ),
        (
            b"{",
            "line 2: not a JSON object: EOF",
            "an object over several lines",
        ),
        (b"{} {}", "line 2: not a JSON object: trailing", "two objects"),
        (b"{\"a\":\"\xff\"}", "line 2: not a JSON object", "not UTF-8"),
    ] {
        let message = told(records(&[b"{}\n", line, b"\n{}"].concat()[..]));
        assert!(message.starts_with("nothing was sent"), "{why}: {message}");
        assert!(message.contains(says), "{why}: {message}");
    }
    let message = told(records("x\n".repeat(12).as_bytes()));
    assert!(
        message.contains("line 10:") && !message.contains("line 11:"),
        "{message}"
    );
    assert!(message.contains("and 2 bad lines more"), "{message}");
}

#[test]
fn a_record_may_be_as_long_as_firehose_takes_and_no_longer() {
    let line = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    let longest = records(line(RECORD_BYTES - 1).as_bytes()).unwrap();
    assert_eq!(longest[0].len(), RECORD_BYTES);
    assert!(told(records(line(RECORD_BYTES).as_bytes())).contains("1024001 bytes"));
}

#[test]
fn a_request_carries_as_many_records_as_kinesis_takes() {
    let small = vec![vec![b'x'; 10]; 1_001];
    let mut queue = Queue::new(&small);
    let sizes: Vec<usize> = std::iter::from_fn(|| queue.batch())
        .map(|batch| batch.len())
        .collect();
    assert_eq!(sizes, [500, 500, 1], "records of a request");
    let large = vec![vec![b'x'; RECORD_BYTES]; 6];
    let mut queue = Queue::new(&large);
    let sizes: Vec<usize> = std::iter::from_fn(|| queue.batch())
        .map(|batch| batch.len())
        .collect();
    assert_eq!(sizes, [5, 1], "bytes of a request");
}

#[test]
fn what_is_refused_or_not_spoken_of_is_sent_again_first_and_in_order() {
    let records = vec![vec![b'x']; 4];
    let mut queue = Queue::new(&records);
    let batch = queue.batch().unwrap();
    let pause = queue.answered(batch, [None, Some("InternalFailure"), None].into_iter());
    assert_eq!(pause, Ok(Some(FIRST_PAUSE)));
    assert_eq!(queue.accepted, 2);
    let batch = queue.batch().unwrap();
    assert_eq!(batch, [1, 3]);
    assert_eq!(queue.answered(batch, [None, None].into_iter()), Ok(None));
    assert_eq!((queue.batch(), queue.accepted), (None, 4));
}

#[test]
fn requests_of_which_nothing_is_accepted_wait_longer_and_end_with_the_code() {
    let records = vec![vec![b'x']];
    let mut queue = Queue::new(&records);
    let code = "ProvisionedThroughputExceededException";
    let mut waited = Duration::ZERO;
    let end = loop {
        let batch = queue.batch().unwrap();
        match queue.answered(batch, [Some(code)].into_iter()) {
            Ok(pause) => waited += pause.unwrap(),
            Err(code) => break code,
        }
    };
    assert_eq!(end, code);
    assert_eq!(waited, Duration::from_secs(19));
    let Failure::Told(message) = queue.partly(Failure::new("no more")) else {
        panic!("told");
    };
    assert_eq!(message, "no more\n0 of 1 event accepted");
}

#[test]
fn equal_records_have_partition_keys_of_their_own() {
    assert_ne!(partition_key(0, b"{}"), partition_key(1, b"{}"));
    assert_eq!(partition_key(0, b"{}").len(), KEY_LENGTH);
}
