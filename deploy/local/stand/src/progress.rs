//! What the user sees while something takes its time.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, stderr};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

/// Lines of a failed command that its error shows.
const TAIL: usize = 20;

/// Shows stages on a terminal as they move, elsewhere one line when each starts and ends.
pub struct Progress {
    quiet: bool,
    terminal: bool,
}

impl Progress {
    /// Shows nothing at all when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self {
            quiet,
            terminal: stderr().is_terminal(),
        }
    }

    /// Says one line.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }

    /// Begins a stage.
    pub fn stage(&self, title: &str) -> Stage<'_> {
        let bar = if self.terminal && !self.quiet {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        bar.set_style(style("{spinner} {prefix}  {elapsed}  {wide_msg:.dim}"));
        bar.set_prefix(title.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        if !self.terminal {
            self.say(&format!("{title} …"));
        }
        Stage {
            progress: self,
            title: title.to_owned(),
            bar,
            began: Instant::now(),
        }
    }
}

/// One stage under way.
pub struct Stage<'a> {
    progress: &'a Progress,
    title: String,
    bar: ProgressBar,
    began: Instant,
}

impl Stage<'_> {
    /// From here on the stage counts up to `total`.
    pub fn count_to(&self, total: usize) {
        self.bar.set_style(style(
            "{spinner} {prefix}  {elapsed}  {bar:24} {pos}/{len}  {wide_msg:.dim}",
        ));
        self.bar.set_length(total as u64);
    }

    /// One more is done.
    pub fn step(&self, what: &str) {
        self.bar.inc(1);
        self.bar.set_message(what.to_owned());
    }

    /// What goes on right now.
    pub fn detail(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// The stage ended well.
    pub fn done(self) {
        self.bar.finish_and_clear();
        self.progress.say(&format!(
            "{}: {:.1} s",
            self.title,
            self.began.elapsed().as_secs_f64()
        ));
    }
}

/// Runs a command to its end and hands each line of its output to `line`.
///
/// # Errors
/// When it cannot be started or fails; the error shows the end of its output.
pub fn watch(command: &mut Command, mut line: impl FnMut(&str)) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (reader, writer) = std::io::pipe()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    // The command holds the pipe's other end too: the reader would never see it close.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut tail = VecDeque::with_capacity(TAIL);
    for text in BufReader::new(reader).lines() {
        let text = text?;
        line(&text);
        if tail.len() == TAIL {
            tail.pop_front();
        }
        tail.push_back(text);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!(
            "{name} failed ({status}):\n  {}",
            tail.make_contiguous().join("\n  ")
        );
    }
    Ok(())
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
