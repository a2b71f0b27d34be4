//! The AWS emulator: started through the module that mends it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::cache;
use crate::progress::Progress;
use crate::running::{Running, free_ports};

/// Its folder in the checkout, and the begin of that in the cache.
const NAME: &str = "emulator";
/// The region of the stand.
const REGION: &str = "eu-west-1";

/// The Python that has the emulator installed; installs it when it is missing.
pub fn python(progress: &Progress) -> Result<PathBuf> {
    cache::python_env(NAME, &requirements(), progress)
}

/// What this machine lacks to run the emulator, each with the way to get it.
pub fn lacking() -> Result<Vec<&'static str>> {
    let python = cache::lacking_python(NAME, &requirements())?;
    Ok(python.into_iter().chain(cache::lacking_node()).collect())
}

fn requirements() -> PathBuf {
    cache::local(NAME).join("requirements.txt")
}

/// Starts the emulator with all its files in the part's folder, and returns when it answers.
pub fn start(running: &mut Running, progress: &Progress) -> Result<()> {
    let source = cache::local(NAME);
    let python = python(progress)?;
    let stage = progress.stage("starting the AWS emulator");
    let dir = running.dir.clone();
    let temporary = dir.join("tmp");
    fs::create_dir_all(&temporary)?;
    let [port] = free_ports()?;
    let endpoint = format!("http://127.0.0.1:{port}");
    let env = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_REGION", REGION),
        // boto3 and the older AWS CLI know the region by this name.
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    running.spawn(
        "emulator",
        Command::new(python)
            .arg(source.join("start.py"))
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .envs(env)
            .envs([
                ("BIND_HOST", "127.0.0.1"),
                ("GATEWAY_PORT", &port.to_string()),
                ("MINISTACK_REGION", REGION),
            ])
            .envs([
                ("AUTH", "true"),
                ("IOT_MTLS_ENABLED", "0"),
                ("PYTHONUNBUFFERED", "1"),
            ])
            .env("TMPDIR", &temporary)
            .env("S3_DATA_DIR", dir.join("s3"))
            .env("STATE_DIR", dir.join("state")),
    )?;
    running.wait_until("emulator", || ready(port))?;
    for (name, value) in env {
        running.env(name, value);
    }
    stage.done();
    Ok(())
}

/// Whether the emulator that this environment reaches is healthy.
pub fn healthy(env: &BTreeMap<String, String>) -> bool {
    let port = env
        .get("AWS_ENDPOINT_URL")
        .and_then(|url| url.rsplit(':').next()?.parse().ok());
    port.is_some_and(ready)
}

fn ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "GET /_ministack/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
