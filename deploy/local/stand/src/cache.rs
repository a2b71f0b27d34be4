//! What the stand needs and does not ship: built once, kept outside the checkout, keyed by what pins it.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::progress::{Progress, watch};

/// The checkout that this tool was built from.
pub fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_owned()
}

/// A folder below `deploy/local` of the checkout.
pub fn local(folder: &str) -> PathBuf {
    checkout().join("deploy/local").join(folder)
}

/// `$XDG_CACHE_HOME/datalake-operator`, by default below `~/.cache`.
pub fn root() -> Result<PathBuf> {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir),
        None => env::home_dir()
            .context("no home folder: set XDG_CACHE_HOME")?
            .join(".cache"),
    };
    Ok(base.join("datalake-operator"))
}

/// The cache folder `NAME-HASH`, where the hash is that of the file that pins its content.
pub fn keyed(name: &str, pins: &Path) -> Result<PathBuf> {
    let content = fs::read(pins).with_context(|| format!("cannot read {}", pins.display()))?;
    let hash = HEXLOWER.encode(&Sha256::digest(content)[..8]);
    let dir = root()?.join(format!("{name}-{hash}"));
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    Ok(dir)
}

/// Waits until no other run of this tool holds `path`, and holds it until the file is dropped.
pub fn lock(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// Where the Python environment with the packages of `requirements` is, and whether it is complete.
fn python_env_place(name: &str, requirements: &Path) -> Result<(PathBuf, bool)> {
    let dir = keyed(name, requirements)?;
    let complete = dir.join(".complete").exists() && dir.join("bin/python").exists();
    Ok((dir, complete))
}

/// A Python environment with the packages of `requirements`; returns its interpreter.
pub fn python_env(name: &str, requirements: &Path, progress: &Progress) -> Result<PathBuf> {
    let (dir, _) = python_env_place(name, requirements)?;
    let python = dir.join("bin/python");
    let _held = lock(&dir.with_extension("lock"))?;
    if python_env_place(name, requirements)?.1 {
        return Ok(python);
    }
    let system = system_python().context(PYTHON)?;
    let stage = progress.stage(&format!("installing the {name}"));
    watch(
        Command::new(system).args(["-m", "venv", "--clear"]).arg(&dir),
        |line| {
            stage.detail(line);
        },
    )?;
    watch(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(requirements),
        |line| stage.detail(line),
    )?;
    File::create(dir.join(".complete"))?;
    stage.done();
    Ok(python)
}

/// What this machine lacks to make the Python environment, with the way to get it.
pub fn lacking_python(name: &str, requirements: &Path) -> Result<Option<&'static str>> {
    let (_, complete) = python_env_place(name, requirements)?;
    Ok((!complete && system_python().is_none()).then_some(PYTHON))
}

const PYTHON: &str = "Python 3.10 or newer with its venv module, which runs the AWS emulator.\n  \
    Debian, Ubuntu: apt-get install python3 python3-venv   Fedora: dnf install python3\n  \
    macOS: brew install python   others: https://www.python.org/downloads/";

/// The first Python on the search path that is new enough and can make environments.
fn system_python() -> Option<&'static str> {
    const CHECK: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    let names = [
        "python3",
        "python3.14",
        "python3.13",
        "python3.12",
        "python3.11",
        "python3.10",
    ];
    names.into_iter().find(|name| succeeds(name, &["-c", CHECK]))
}

/// What this machine lacks to run Lambda functions, with the way to get it.
pub fn lacking_node() -> Option<&'static str> {
    (!succeeds("node", &["--version"])).then_some(
        "Node.js, which runs the Lambda functions of the AWS emulator.\n  \
         Debian, Ubuntu: apt-get install nodejs   Fedora: dnf install nodejs\n  \
         macOS: brew install node   others: https://nodejs.org/en/download",
    )
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .output()
        .is_ok_and(|run| run.status.success())
}
