//! The operator as a child process, and what it says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use datalake_operator::model::access;

use crate::stand::Stand;
use crate::until::until;

/// The metric that counts the calls to AWS.
const CALLS: &str = "datalake_aws_calls_total";
/// How often it is started when another program takes a port that was just free.
const ATTEMPTS: usize = 3;
/// Periods so short that a scenario sees several of them.
const SHORT: [&str; 6] = [
    "--drift-period",
    "2s",
    "--consistency-window",
    "1s",
    // A scenario has one operator at a time, and a lease would keep the next from working at once.
    "--leader-elect",
    "false",
];

/// A running operator. It is killed when it goes out of scope.
pub struct Operator {
    child: Child,
    listen: SocketAddr,
    log: PathBuf,
}

impl Operator {
    /// Starts it with the chart's service account for the lakes of one namespace. Later flags win.
    pub async fn of_namespace(stand: &Stand, namespace: &str, flags: &[&str]) -> Self {
        let all = [&["--watch-namespace", namespace], flags].concat();
        Self::start(stand, namespace, &all, &[]).await
    }

    /// Starts it, and returns when it is ready. (Somebody else may take the port that was just free.)
    pub async fn start(stand: &Stand, log: &str, flags: &[&str], env: &[(&str, &str)]) -> Self {
        for _ in 0..ATTEMPTS {
            let mut operator = Self::spawn(stand, log, flags, env);
            if operator.serves().await {
                return operator;
            }
        }
        panic!("no port stays free");
    }

    fn spawn(stand: &Stand, log: &str, flags: &[&str], env: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = free.local_addr().unwrap();
        drop(free);
        let log = stand.files().join(format!("{log}.log"));
        let output = File::options().create(true).append(true).open(&log).unwrap();
        let given = |name: &&str| !flags.contains(name);
        let short = SHORT.chunks(2).filter(|pair| given(&pair[0])).flatten();
        let child = stand
            .command(env!("CARGO_BIN_EXE_datalake-operator"))
            .arg("run")
            .args(["--listen", &listen.to_string()])
            .args(short)
            .args(flags)
            .env("KUBECONFIG", stand.operator_kubeconfig())
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self { child, listen, log }
    }

    /// Waits until it is ready; false where it ended since its port was taken.
    async fn serves(&mut self) -> bool {
        let log = self.log.clone();
        let (child, listen) = (&mut self.child, self.listen);
        let ask = async || match child.try_wait().unwrap() {
            Some(_) if port_taken(&log) => Ok(false),
            Some(status) => panic!("the operator ended: {status}: {}", tail(&log)),
            None => get(listen, "/readyz")
                .filter(|answer| answer.starts_with("HTTP/1.1 200"))
                .map(|_| true)
                .ok_or("no"),
        };
        until("the operator is ready", ask, async || tail(&log)).await
    }

    /// The whole answer of its server to a GET, head and body.
    pub fn get(&self, path: &str) -> String {
        get(self.listen, path).unwrap_or_else(|| panic!("{path}: no answer: {}", self.story()))
    }

    /// The AWS calls that it has made.
    pub fn calls(&self) -> Calls {
        Calls(self.metric(CALLS))
    }

    /// Passes over lakes so far.
    pub fn passes(&self) -> u64 {
        self.metric("datalake_passes_total").values().sum()
    }

    /// The values of a metric by its labels, as they are written.
    fn metric(&self, name: &str) -> BTreeMap<String, u64> {
        values(&self.get("/metrics"), name)
    }

    /// Whether it holds the lease.
    pub fn leads(&self) -> bool {
        self.get("/metrics").contains("\ndatalake_leader 1\n")
    }

    /// As a virtual machine is suspended.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// The end of the pause.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status()
            .unwrap();
        assert!(sent.success(), "kill -{name} {pid}");
    }

    /// Waits until it has ended by itself, and says how.
    pub async fn ended(mut self) -> ExitStatus {
        let log = self.log.clone();
        let ask = async || self.child.try_wait().unwrap().ok_or("still running");
        until("the operator ends", ask, async || tail(&log)).await
    }

    /// Whether it has not ended by itself.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// As a node dies.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As the kubelet does, and how it ended.
    pub async fn terminate(self) -> ExitStatus {
        self.signal("TERM");
        self.ended().await
    }

    /// The end of its log.
    pub fn story(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        // Whatever the scenario was, each call is one that the operator's policy grants.
        if let Some(text) = get(self.listen, "/metrics").filter(|_| !std::thread::panicking()) {
            let made = Calls(values(&text, CALLS)).operations();
            let granted = access::calls();
            let more: Vec<_> = made
                .iter()
                .filter(|call| !granted.contains_key(call.as_str()))
                .collect();
            assert!(more.is_empty(), "made, and not granted: {more:?}");
        }
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The values of a metric in the text of all, by its labels.
fn values(text: &str, name: &str) -> BTreeMap<String, u64> {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
    lines
        .map(|(labels, value)| (labels.to_owned(), value.parse().unwrap()))
        .collect()
}

fn port_taken(log: &PathBuf) -> bool {
    tail(log)
        .lines()
        .last()
        .is_some_and(|last| last.contains("Address already in use"))
}

fn tail(log: &PathBuf) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

fn get(listen: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(listen).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// AWS calls by `{service, operation, outcome}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Calls(BTreeMap<String, u64>);

impl Calls {
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Those that are not reads by their name, so that an operation that nobody thought of counts as a write.
    pub fn writes(&self) -> Calls {
        let is_read = |labels: &str| {
            let operation = labels.split("operation=\"").nth(1).unwrap();
            ["Get", "List", "Describe", "Head"]
                .iter()
                .any(|verb| operation.starts_with(verb))
        };
        let writes = self.0.iter().filter(|(labels, _)| !is_read(labels));
        Calls(writes.map(|(labels, count)| (labels.clone(), *count)).collect())
    }

    /// What was called, as `kms:CreateKey`.
    pub fn operations(&self) -> BTreeSet<String> {
        let part = |labels: &str, name: &str| {
            let rest = labels.split(&format!("{name}=\"")).nth(1).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let one = |labels: &String| format!("{}:{}", part(labels, "service"), part(labels, "operation"));
        self.0.keys().map(one).collect()
    }

    /// What was called since.
    pub fn since(&self, earlier: &Calls) -> Calls {
        let more = |(labels, count): (&String, &u64)| {
            let before = earlier.0.get(labels).copied().unwrap_or_default();
            (*count > before).then(|| (labels.clone(), count - before))
        };
        Calls(self.0.iter().filter_map(more).collect())
    }
}
