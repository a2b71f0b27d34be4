//! Processes that outlive this tool: started apart from its terminal, told from strangers, stopped.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

/// How long a process may take to end after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// One process of the stand, as it is remembered between two runs of this tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The program's name.
    pub name: String,
    /// The process id; also the id of the process group that it leads.
    pub pid: u32,
    /// When it started, in the system's own words: a reused pid has another birth.
    pub born: String,
    /// The program's path and its arguments.
    pub command: Vec<String>,
}

impl Process {
    /// Starts `command` as the leader of a process group of its own, so that neither the end of this tool nor
    /// Ctrl-C in its terminal reaches it. Its output goes to `log`.
    pub fn spawn(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let out = File::options().create(true).append(true).open(log);
        let out = out.with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let pid = child.id();
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words = words.map(|word| word.to_string_lossy().into_owned()).collect();
        let (_, born) = look(pid).with_context(|| format!("cannot see process {pid}, which is {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            pid,
            born,
            command: words,
        })
    }

    /// Whether this very process still runs.
    pub fn alive(&self) -> bool {
        look(self.pid).is_some_and(|(state, born)| !state.starts_with(['Z', 'X']) && born == self.born)
    }

    /// Ends the process with its children: SIGTERM, and SIGKILL to what is left when the grace is over.
    fn stop(&self) {
        let Some(group) = self.group() else {
            return;
        };
        // Either signal may find that nothing is left to end, which is what is wanted.
        let _ = kill_process_group(group, Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while self.alive() && Instant::now() < deadline {
            sleep(Duration::from_millis(20));
        }
        let _ = kill_process_group(group, Signal::KILL);
        while self.alive() {
            sleep(Duration::from_millis(5));
        }
    }

    /// Its process group, as long as it runs.
    fn group(&self) -> Option<Pid> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        pid.filter(|_| self.alive())
    }

    /// Kills the process with its children, and starts the same program with the same arguments. (The environment is
    /// that of this tool.)
    pub fn restart(&self, log: &Path) -> Result<Self> {
        if let Some(group) = self.group() {
            // It may have ended by itself meanwhile.
            let _ = kill_process_group(group, Signal::KILL);
        }
        while self.alive() {
            sleep(Duration::from_millis(5));
        }
        let (program, arguments) = self.command.split_first().context("no command is written down")?;
        Self::spawn(&self.name, Command::new(program).args(arguments), log)
    }
}

/// Ends the processes, the last started first.
pub fn stop(processes: &[Process]) {
    processes.iter().rev().for_each(Process::stop);
}

/// State and start time of the process, if there is one. An ended process that waits for its parent has state Z.
fn look(pid: u32) -> Option<(String, String)> {
    if Path::new("/proc/self/stat").exists() {
        return parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?);
    }
    let ps = Command::new("ps")
        .args(["-o", "stat=,lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let line = String::from_utf8(ps.stdout).ok()?;
    let (state, started) = line.trim().split_once(' ')?;
    Some((state.to_owned(), started.trim().to_owned()))
}

/// State and start time in a line of `/proc/PID/stat` (proc(5): fields 3 and 22; field 2, a name, may hold spaces).
fn parse_stat(stat: &str) -> Option<(String, String)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().map(str::to_owned);
    fields.next().zip(fields.nth(18))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_from_a_stranger_with_its_pid() {
        let log = std::env::temp_dir().join(format!("datalake-stand-test-{}", std::process::id()));
        let process = Process::spawn("sleep", Command::new("sleep").arg("60"), &log).unwrap();
        let stranger = Process {
            born: "another time".into(),
            ..process.clone()
        };
        stop(std::slice::from_ref(&stranger));
        assert!(process.alive(), "a stranger is not stopped");
        stop(std::slice::from_ref(&process));
        assert!(!process.alive());
        fs::remove_file(log).unwrap();
    }

    #[test]
    fn a_process_that_is_started_again_has_the_arguments_of_the_one_before() {
        let log = std::env::temp_dir().join(format!("datalake-stand-again-{}", std::process::id()));
        let first = Process::spawn("sleep", Command::new("sleep").arg("60"), &log).unwrap();
        let second = first.restart(&log).unwrap();
        assert!(!first.alive() && second.alive());
        assert_eq!((&second.name, &second.command), (&first.name, &first.command));
        assert_eq!(second.command, ["sleep", "60"]);
        stop(&[second]);
        fs::remove_file(log).unwrap();
    }

    #[test]
    fn the_start_time_is_found_whatever_the_name_of_the_program() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 1";
        assert_eq!(parse_stat(stat), Some(("S".into(), "4711".into())));
    }
}
