//! One stand: its parts brought up and down, and the environment that reaches them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::environment::Environment;
use crate::progress::Progress;
use crate::running::{Part, Running};
use crate::{cache, emulator, kubernetes, process};

/// How often a part is started when another program takes a port that was just free.
const ATTEMPTS: usize = 3;

/// The stand in one folder.
pub struct Stand {
    dir: PathBuf,
}

impl Stand {
    /// The stand in `dir`, whether it runs or not.
    pub fn open(dir: &Path) -> Result<Self> {
        let dir = std::path::absolute(dir).with_context(|| format!("{} is no folder", dir.display()))?;
        Ok(Self { dir })
    }

    /// Starts the parts that are not healthy, and writes the environment.
    ///
    /// # Errors
    /// When the machine lacks something, before anything is started; when a part does not get ready, which then
    /// leaves nothing behind.
    pub fn up(&self, parts: &[Part], progress: &Progress) -> Result<()> {
        let _held = self.lock()?;
        let mut wanted = Vec::new();
        for part in parts {
            match Running::load(&self.dir.join(part.name()))? {
                Some(running) if running.healthy(*part) => {
                    progress.say(&format!("{} runs already", part.name()));
                }
                _ => wanted.push(*part),
            }
        }
        let lacking = wanted
            .iter()
            .map(|part| part.lacking())
            .collect::<Result<Vec<_>>>()?
            .concat();
        if !lacking.is_empty() {
            bail!("this machine lacks\n* {}", lacking.join("\n* "));
        }
        for part in wanted {
            self.remove(part)?;
            self.start(part, progress)?;
        }
        let file = self.write_env()?;
        progress.say(&format!("ready; next: source {}", file.display()));
        Ok(())
    }

    fn start(&self, part: Part, progress: &Progress) -> Result<()> {
        for attempt in 1.. {
            let mut running = Running {
                dir: self.dir.join(part.name()),
                ..Running::default()
            };
            fs::create_dir_all(&running.dir)
                .with_context(|| format!("cannot create {}", running.dir.display()))?;
            running.save()?;
            let started = match part {
                Part::Kubernetes => kubernetes::start(&mut running, progress),
                Part::Emulator => emulator::start(&mut running, progress),
            };
            let Err(error) = started else {
                return running.save();
            };
            self.remove(part)?;
            if !port_taken(&error) || attempt == ATTEMPTS {
                self.tidy();
                return Err(error.context(format!("{} did not start", part.name())));
            }
        }
        Ok(())
    }

    /// Stops the parts and removes their data.
    pub fn down(&self, parts: &[Part], progress: &Progress) -> Result<()> {
        let _held = self.lock()?;
        for part in parts {
            if self.remove(*part)? {
                progress.say(&format!("{} is stopped", part.name()));
            }
        }
        if self.running()?.is_empty() {
            let _ = fs::remove_file(self.dir.join("env"));
            self.tidy();
        } else {
            self.write_env()?;
        }
        Ok(())
    }

    /// Kills a program of Kubernetes, starts it again with its port and its data, and returns when all is ready.
    pub fn restart(&self, program: &str, progress: &Progress) -> Result<()> {
        let _held = self.lock()?;
        let part = Part::Kubernetes;
        let running = Running::load(&self.dir.join(part.name()))?;
        let mut running =
            running.with_context(|| format!("Kubernetes does not run in {}", self.dir.display()))?;
        for attempt in 1.. {
            running.restart(program)?;
            let Err(error) = running.wait_until(program, || running.healthy(part)) else {
                break;
            };
            // The kernel may take a moment to let go of the port of what was killed.
            if attempt == ATTEMPTS || !port_taken(&error) {
                return Err(error);
            }
        }
        progress.say(&format!("{program} is started again"));
        Ok(())
    }

    /// Removes the folder, unless something is in it: another part, or what the user keeps there.
    fn tidy(&self) {
        let _ = fs::remove_dir(&self.dir);
    }

    /// Stops one part and removes its folder; says whether there was one. A folder without a record is not ours.
    fn remove(&self, part: Part) -> Result<bool> {
        let dir = self.dir.join(part.name());
        let Some(running) = Running::load(&dir)? else {
            return Ok(false);
        };
        process::stop(&running.processes);
        fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
        Ok(true)
    }

    /// Prints one line a process; whether there is a stand and all of it is healthy.
    pub fn print_status(&self) -> Result<bool> {
        let running = self.running()?;
        for (part, running) in &running {
            let state = if running.healthy(*part) {
                "ready"
            } else {
                "not ready"
            };
            println!("{} is {state}", part.name());
            for process in &running.processes {
                let state = if process.alive() { "runs" } else { "has ended" };
                let log = running.log(&process.name);
                println!(
                    "  {} {state}  pid {}  log {}",
                    process.name,
                    process.pid,
                    log.display()
                );
            }
        }
        if running.is_empty() {
            println!("nothing runs in {}", self.dir.display());
        }
        Ok(!running.is_empty() && running.iter().all(|(part, running)| running.healthy(*part)))
    }

    /// The environment that reaches every part that was started.
    pub fn environment(&self) -> Result<Environment> {
        let mut environment = Environment::default();
        for (_, running) in self.running()? {
            environment.variables.extend(running.env);
            environment.path.extend(running.path);
        }
        if environment.variables.is_empty() {
            bail!("nothing runs in {}: start it with `up`", self.dir.display());
        }
        Ok(environment)
    }

    fn write_env(&self) -> Result<PathBuf> {
        let file = self.dir.join("env");
        fs::write(&file, self.environment()?.shell())
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    }

    fn running(&self) -> Result<Vec<(Part, Running)>> {
        let mut found = Vec::new();
        for part in Part::selected(None) {
            if let Some(running) = Running::load(&self.dir.join(part.name()))? {
                found.push((part, running));
            }
        }
        Ok(found)
    }

    /// Keeps other runs of this tool away from this stand. The lock is in the cache, as `down` leaves no folder.
    fn lock(&self) -> Result<File> {
        let id = HEXLOWER.encode(&Sha256::digest(self.dir.as_os_str().as_encoded_bytes())[..8]);
        cache::lock(&cache::root()?.join("locks").join(id))
    }
}

fn port_taken(error: &anyhow::Error) -> bool {
    format!("{error:#}").contains("already in use")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn fresh(name: &str) -> Stand {
        let dir = std::env::temp_dir().join(format!("datalake-stand-{name}-{}", std::process::id()));
        Stand::open(&dir).unwrap()
    }

    fn pretend(stand: &Stand, part: Part) -> Running {
        let dir = stand.dir.join(part.name());
        fs::create_dir_all(&dir).unwrap();
        let mut running = Running {
            dir,
            ..Running::default()
        };
        running.spawn("sleep", Command::new("sleep").arg("60")).unwrap();
        running.env("AWS_REGION", "eu-west-1");
        running.save().unwrap();
        running
    }

    #[test]
    fn down_stops_what_was_started_and_leaves_no_folder() {
        let stand = fresh("down");
        let running = pretend(&stand, Part::Emulator);
        stand.write_env().unwrap();
        stand.down(&Part::selected(None), &Progress::new(true)).unwrap();
        assert!(!running.processes[0].alive());
        assert!(!stand.dir.exists());
    }

    #[test]
    fn down_keeps_files_that_are_not_the_stands() {
        let stand = fresh("keep");
        fs::create_dir_all(stand.dir.join("kubernetes")).unwrap();
        fs::write(stand.dir.join("kubernetes/notes"), "mine").unwrap();
        stand.down(&Part::selected(None), &Progress::new(true)).unwrap();
        assert!(stand.dir.join("kubernetes/notes").exists());
        fs::remove_dir_all(&stand.dir).unwrap();
    }
}
