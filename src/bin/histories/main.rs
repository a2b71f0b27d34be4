//! Random lives of lakes in a simulated AWS, through the operator's own passes, and the laws that must hold in each.
//!
//! A history that breaks a law is told by its seed; `--replay` tells it as a script, made as short as it can be.

mod author;
mod cluster;
mod crowd;
mod diary;
mod dice;
mod edits;
mod exhaustive;
mod home;
mod laws;
mod life;
mod live;
mod nursery;
mod outside;
mod overlap;
mod script;
mod shrink;
mod stall;
mod trouble;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::diary::Diary;
use crate::script::Script;

/// A third of the time of a history went into the system's allocator; with this one it is a fifth less in all.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Random lives of lakes in a simulated AWS, and the laws that must hold in each.
#[derive(Parser)]
struct Arguments {
    /// How many random histories.
    #[arg(long, default_value_t = 10_000)]
    count: u64,
    /// Seed of the first of them; the others follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads. Default: one for each core.
    #[arg(long)]
    jobs: Option<usize>,
    /// Only each write of a creation, of each edit and of each deletion, with each thing that can befall it.
    #[arg(long)]
    exhaustive: bool,
    /// Tell the history of that seed (or name) as a short script.
    #[arg(long, value_name = "SEED")]
    replay: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic breaks a law, and is told with the history that it happened in.
    std::panic::set_hook(Box::new(|_| {}));
    if let Some(name) = &arguments.replay {
        return replay(name);
    }
    let jobs = arguments
        .jobs
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(1);
    let mut all_right = crowd::run("each write and what can befall it", &exhaustive::all(), jobs);
    if !arguments.exhaustive {
        all_right &= crowd::run(
            "random histories",
            &crowd::Seeds {
                first: arguments.seed,
                count: arguments.count,
            },
            jobs,
        );
    }
    if all_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Tells one history.
fn replay(name: &str) -> ExitCode {
    let script = name
        .parse()
        .map(author::write)
        .ok()
        .or_else(|| exhaustive::named(name));
    let Some(script) = script else {
        eprintln!("{name} is neither a seed nor the name of a history, as create/12/after");
        return ExitCode::from(2);
    };
    let Err(broken) = live::out(&script, Diary::closed()).end else {
        tell(&script);
        println!("no law is broken");
        return ExitCode::SUCCESS;
    };
    println!("as it was written:\n{script}  {:?}: {}\n", broken.law, broken.how);
    let (script, broken) = shrink::shrink(&script, &broken);
    println!("made short, it goes like this:\n");
    tell(&script);
    println!("{:?} is broken: {}", broken.law, broken.how);
    ExitCode::FAILURE
}

fn tell(script: &Script) {
    let diary = Diary::open();
    drop(live::out(script, diary.clone()));
    println!("{script}\n{}", diary.text());
}
