//! A gate between the operator and AWS: it records each call, and lets it pass, come late, be refused, be lost on its
//! way, or be carried out and its answer be lost. It can also keep the caller waiting until the caller is no more.

mod name;
mod refusal;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub use name::Call;
pub use refusal::Refusal;

/// What becomes of a call.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// It passes.
    Passes,
    /// It passes after a while.
    Late(Duration),
    /// It never reaches AWS, and is answered with an error.
    Refused(Refusal),
    /// It never reaches AWS; the caller sees the connection end.
    Dropped,
    /// AWS carries it out; the caller sees the connection end.
    AnswerLost,
    /// It never reaches AWS; the caller waits.
    Unheard,
    /// AWS carries it out; the caller waits.
    Unanswered,
}

/// Decides about the n-th call, from 0.
pub type Rule = fn(n: u64, call: &Call) -> Fate;

/// A running gate. It closes when it goes out of scope.
pub struct Gate {
    address: SocketAddr,
    inside: Arc<Inside>,
}

struct Inside {
    /// Where AWS is.
    behind: String,
    rule: Rule,
    calls: Mutex<Vec<(Call, &'static str)>>,
    /// How many connections there are.
    open: AtomicUsize,
    closed: AtomicBool,
}

impl Gate {
    /// A gate before `endpoint`, such as `http://127.0.0.1:4566`.
    pub fn before(endpoint: &str, rule: Rule) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Inside {
            behind: endpoint
                .trim_start_matches("http://")
                .trim_end_matches('/')
                .to_owned(),
            rule,
            calls: Mutex::default(),
            open: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        let serving = Arc::clone(&inside);
        thread::spawn(move || serving.accept(&listener));
        Self { address, inside }
    }

    /// What `AWS_ENDPOINT_URL` is to be.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls that came so far.
    pub fn calls(&self) -> Vec<Call> {
        let calls = self.inside.calls.lock().unwrap();
        calls.iter().map(|(call, _)| call.clone()).collect()
    }

    /// How many calls came so far.
    pub fn count(&self) -> usize {
        self.inside.calls.lock().unwrap().len()
    }

    /// How often an operation was called, by its name in the API reference.
    pub fn called(&self, operation: &str) -> usize {
        let calls = self.calls();
        calls.iter().filter(|call| call.operation == operation).count()
    }

    /// Whether no call is on its way: of a caller that died, all that will arrive has arrived.
    pub fn is_idle(&self) -> bool {
        self.inside.open.load(Ordering::Acquire) == 0
    }

    /// How many calls fared so: `passed`, `late`, `refused`, `dropped`, `lost`, `unheard` or `unanswered`.
    pub fn fared(&self, how: &str) -> usize {
        let calls = self.inside.calls.lock().unwrap();
        calls.iter().filter(|(_, fate)| *fate == how).count()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.inside.closed.store(true, Ordering::Release);
        // Wakes the one who waits for connections.
        drop(TcpStream::connect(self.address));
    }
}

impl Inside {
    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for connection in listener.incoming() {
            if self.closed.load(Ordering::Acquire) {
                return;
            }
            let inside = Arc::clone(&self);
            inside.open.fetch_add(1, Ordering::AcqRel);
            thread::spawn(move || {
                // A caller that dies leaves an error here, and nothing else.
                drop(connection.and_then(|connection| inside.serve(connection)));
                inside.open.fetch_sub(1, Ordering::AcqRel);
            });
        }
    }

    /// One call a connection: what follows is asked on another.
    fn serve(&self, mut caller: TcpStream) -> std::io::Result<()> {
        let Some(request) = Request::read(&mut caller)? else {
            return Ok(());
        };
        let call = Call::named(&request.head, &request.body);
        // The order of the record is the order of the numbers.
        let fate = {
            let mut calls = self.calls.lock().unwrap();
            let fate = (self.rule)(calls.len() as u64, &call);
            calls.push((call.clone(), fate.name()));
            fate
        };
        let answer = match fate {
            Fate::Passes => self.forward(&request)?,
            Fate::Late(by) => {
                wait(by);
                self.forward(&request)?
            }
            Fate::Refused(refusal) => refusal.answer(&call),
            Fate::Dropped => return caller.shutdown(Shutdown::Both),
            Fate::AnswerLost => {
                self.forward(&request)?;
                return caller.shutdown(Shutdown::Both);
            }
            Fate::Unheard => return until_it_hangs_up(&mut caller),
            Fate::Unanswered => {
                self.forward(&request)?;
                return until_it_hangs_up(&mut caller);
            }
        };
        caller.write_all(&answer)
    }

    /// The whole answer of AWS. It ends with the connection, so it needs no understanding.
    fn forward(&self, request: &Request) -> std::io::Result<Vec<u8>> {
        let mut aws = TcpStream::connect(&self.behind)?;
        aws.write_all(&request.closing())?;
        let mut answer = Vec::new();
        aws.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

/// As it does when it dies.
fn until_it_hangs_up(caller: &mut TcpStream) -> std::io::Result<()> {
    while more(caller, &mut Vec::new())? {}
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a late answer is what this thread is for"
)]
fn wait(by: Duration) {
    thread::sleep(by);
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Passes => "passed",
            Self::Late(_) => "late",
            Self::Refused(_) => "refused",
            Self::Dropped => "dropped",
            Self::AnswerLost => "lost",
            Self::Unheard => "unheard",
            Self::Unanswered => "unanswered",
        }
    }
}

struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    /// `None`: the caller closed without asking.
    fn read(caller: &mut TcpStream) -> std::io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if !more(caller, &mut bytes)? {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let chunked = header(&head, "transfer-encoding").is_some();
        let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
        let ends = |body: &[u8]| {
            if chunked {
                body.ends_with(b"0\r\n\r\n")
            } else {
                body.len() >= length
            }
        };
        while !ends(&bytes[end..]) {
            if !more(caller, &mut bytes)? {
                return Ok(None);
            }
        }
        Ok(Some(Self {
            head,
            body: bytes.split_off(end),
        }))
    }

    /// As it came, but for the connection, which is to end with the answer; that header is not signed.
    fn closing(&self) -> Vec<u8> {
        let lines = self.head.trim_end().split("\r\n");
        let kept = lines.filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
        let head = kept.collect::<Vec<_>>().join("\r\n");
        [
            format!("{head}\r\nConnection: close\r\n\r\n").into_bytes(),
            self.body.clone(),
        ]
        .concat()
    }
}

/// Reads what is there; false at the end.
fn more(from: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    let count = from.read(&mut buffer)?;
    bytes.extend_from_slice(&buffer[..count]);
    Ok(count > 0)
}

/// The value of a header; `name` in lower case.
fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}
