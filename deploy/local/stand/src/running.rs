//! One part of the stand as it runs, written down in its folder so that the next run of this tool knows.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::process::Process;
use crate::{emulator, kubernetes, programs};

/// How long a part may take to become ready.
const PATIENCE: Duration = Duration::from_secs(90);

/// A part of the stand that runs by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// etcd, kube-apiserver and kube-controller-manager.
    Kubernetes,
    /// The AWS emulator.
    Emulator,
}

impl Part {
    /// The named part, or all.
    pub fn selected(only: Option<Self>) -> Vec<Self> {
        only.map_or(vec![Self::Kubernetes, Self::Emulator], |part| vec![part])
    }

    /// What this machine lacks to run it, each with the way to get it.
    pub fn lacking(self) -> Result<Vec<&'static str>> {
        match self {
            Self::Kubernetes => Ok(programs::lacking()?.into_iter().collect()),
            Self::Emulator => emulator::lacking(),
        }
    }

    /// Its name, which is that of its folder too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Emulator => "emulator",
        }
    }
}

/// What runs for one part, and what a program needs to reach it. Written down after every start, so that no
/// process is forgotten if this tool is killed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Running {
    /// Where the part keeps its files.
    #[serde(skip)]
    pub dir: PathBuf,
    /// Its processes, in the order of their start.
    pub processes: Vec<Process>,
    /// Variables with which a program reaches it.
    pub env: BTreeMap<String, String>,
    /// Folders of programs that go with it.
    pub path: Vec<PathBuf>,
}

impl Running {
    fn record(dir: &Path) -> PathBuf {
        dir.join("running.json")
    }

    /// What is written down in `dir`; nothing, if nothing was started there.
    pub fn load(dir: &Path) -> Result<Option<Self>> {
        let record = Self::record(dir);
        if !record.exists() {
            return Ok(None);
        }
        let content = fs::read(&record).with_context(|| format!("cannot read {}", record.display()))?;
        let running =
            serde_json::from_slice(&content).with_context(|| format!("{} is damaged", record.display()))?;
        Ok(Some(Self {
            dir: dir.to_owned(),
            ..running
        }))
    }

    /// Writes it down, whole or not at all.
    pub fn save(&self) -> Result<()> {
        let record = Self::record(&self.dir);
        let part = record.with_extension("part");
        let write =
            || fs::write(&part, serde_json::to_vec_pretty(self)?).and_then(|()| fs::rename(&part, &record));
        write().with_context(|| format!("cannot write {}", record.display()))
    }

    /// Starts one more process; its output goes to `NAME.log`.
    pub fn spawn(&mut self, name: &str, command: &mut Command) -> Result<()> {
        self.processes
            .push(Process::spawn(name, command, &self.log(name))?);
        self.save()
    }

    /// Kills a process and starts it again.
    pub fn restart(&mut self, name: &str) -> Result<()> {
        let log = self.log(name);
        let found = self.processes.iter_mut().find(|process| process.name == name);
        let process = found.with_context(|| format!("{name} does not run here"))?;
        *process = process.restart(&log)?;
        self.save()
    }

    /// Adds a variable to the environment.
    pub fn env(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// Adds the folder of `program` to the search path.
    pub fn path(&mut self, program: &Path) {
        let folder = program.parent().map(Path::to_owned).unwrap_or_default();
        if !self.path.contains(&folder) {
            self.path.push(folder);
        }
    }

    /// Returns when `ready` does; fails when a process ends first or the time is up.
    pub fn wait_until(&self, what: &str, mut ready: impl FnMut() -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !ready() {
            if let Some(dead) = self.processes.iter().find(|process| !process.alive()) {
                bail!("{} ended:\n{}", dead.name, tail(&self.log(&dead.name)));
            }
            if Instant::now() > deadline {
                bail!(
                    "{what} was not ready in {} s:\n{}",
                    PATIENCE.as_secs(),
                    tail(&self.log(what))
                );
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Where the output of a process goes.
    pub fn log(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.log"))
    }

    /// Whether every process runs and the part answers.
    pub fn healthy(&self, part: Part) -> bool {
        let alive = !self.processes.is_empty() && self.processes.iter().all(Process::alive);
        alive
            && match part {
                Part::Kubernetes => kubernetes::healthy(&self.path, &self.env),
                Part::Emulator => emulator::healthy(&self.env),
            }
    }
}

/// Free ports on loopback. Another program may take one before it is used.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on loopback")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    let content = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = content.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    #[test]
    fn a_process_that_ends_before_it_is_ready_is_reported_with_its_words() {
        let dir = std::env::temp_dir().join(format!("datalake-stand-ends-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let mut running = Running {
            dir,
            ..Running::default()
        };
        running
            .spawn(
                "sh",
                Command::new("sh").args(["-c", "echo no space left; exit 1"]),
            )
            .unwrap();
        let error = running.wait_until("sh", || false).unwrap_err().to_string();
        assert!(
            error.contains("sh ended") && error.contains("no space left"),
            "{error}"
        );
        fs::remove_dir_all(&running.dir).unwrap();
    }

    #[test]
    fn what_is_written_down_is_found_again() {
        let dir = std::env::temp_dir().join(format!("datalake-stand-record-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        assert!(Running::load(&dir).unwrap().is_none());
        let mut running = Running {
            dir: dir.clone(),
            ..Running::default()
        };
        running.spawn("sleep", Command::new("sleep").arg("60")).unwrap();
        let found = Running::load(&dir).unwrap().unwrap();
        assert_eq!(found.processes, running.processes);
        assert_eq!(found.log("sleep"), dir.join("sleep.log"));
        process::stop(&found.processes);
        fs::remove_dir_all(&dir).unwrap();
    }
}
