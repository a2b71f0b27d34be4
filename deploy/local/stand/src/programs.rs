//! The Kubernetes programs: those of `KUBEBUILDER_ASSETS`, or built once from pinned Go modules.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cache;
use crate::progress::{Progress, watch};

/// The programs and the Go packages that they are built from.
const PROGRAMS: [(&str, &str); 5] = [
    ("etcd", "go.etcd.io/etcd/server/v3"),
    ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    (
        "kube-controller-manager",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
    ),
    ("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
    ("helm", "helm.sh/helm/v4/cmd/helm"),
];

/// Where each program is: in `KUBEBUILDER_ASSETS`, else in the cache, where it is built when missing.
pub fn programs(progress: &Progress) -> Result<BTreeMap<&'static str, PathBuf>> {
    let source = cache::local("kubernetes");
    let built = cache::keyed("kubernetes", &source.join("go.sum"))?;
    let assets = env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
    let find = |name| {
        let places = assets.iter().chain([&built]);
        places.map(|dir| dir.join(name)).find(|path| path.is_file())
    };
    if PROGRAMS.iter().any(|(name, _)| find(name).is_none()) {
        let _held = cache::lock(&built.join(".lock"))?;
        let missing: Vec<_> = PROGRAMS.iter().filter(|(name, _)| find(name).is_none()).collect();
        if !missing.is_empty() {
            require_go(&source)?;
            progress.say("building Kubernetes once; this takes minutes and up to 2 GB of memory");
        }
        for (name, package) in missing {
            build(name, package, &source, &built, progress)?;
        }
    }
    let found = PROGRAMS
        .iter()
        .map(|(name, _)| Some((*name, find(name)?)))
        .collect::<Option<_>>();
    found.with_context(|| format!("programs are missing in {}", built.display()))
}

/// Builds one program; the packages that it shares with those before come from Go's own cache.
fn build(name: &str, package: &str, source: &Path, into: &Path, progress: &Progress) -> Result<()> {
    let stage = progress.stage(&format!("building {name}"));
    let go = |verb: &str| {
        let mut go = Command::new("go");
        go.current_dir(source)
            .env("CGO_ENABLED", "0")
            .env("GOFLAGS", "-mod=readonly")
            .arg(verb);
        go
    };
    let mut packages = 0;
    watch(go("list").args(["-deps", package]), |line| {
        packages += usize::from(!line.starts_with("go: "));
        stage.detail(line);
    })?;
    stage.count_to(packages);
    let part = into.join(format!(".{name}.part"));
    // Without -pgo=off kube-apiserver's profile makes every package be built again for it.
    watch(
        go("build")
            .args([
                "-v",
                "-pgo=off",
                "-trimpath",
                "-buildvcs=false",
                "-ldflags",
                &version_flags(source)?,
                "-o",
            ])
            .arg(&part)
            .arg(package),
        |line| stage.step(line),
    )?;
    fs::rename(&part, into.join(name))?;
    stage.done();
    Ok(())
}

/// The linker flags that tell the server its version, which is v0.0.0-master otherwise.
fn version_flags(source: &Path) -> Result<String> {
    let pins = fs::read_to_string(source.join("go.mod"))?;
    let version = pins
        .lines()
        .find_map(|line| line.trim().strip_prefix("k8s.io/kubernetes "))
        .context("deploy/local/kubernetes/go.mod does not require k8s.io/kubernetes")?;
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    let at = "k8s.io/component-base/version";
    Ok(format!(
        "-s -w -X {at}.gitVersion={version} -X {at}.gitMajor={major} -X {at}.gitMinor={minor} -X {at}.gitTreeState=clean"
    ))
}

fn require_go(source: &Path) -> Result<()> {
    // An older Go fetches the one that go.mod asks for, unless GOTOOLCHAIN forbids it; then this fails.
    let found = Command::new("go")
        .current_dir(source)
        .args(["env", "GOVERSION"])
        .output();
    if found.is_ok_and(|run| run.status.success()) {
        return Ok(());
    }
    bail!(
        "this machine lacks Go 1.26 or newer, which builds the Kubernetes programs.\n  \
         macOS: brew install go   others: https://go.dev/dl/\n  \
         Or set KUBEBUILDER_ASSETS to a folder that holds etcd, kube-apiserver, kube-controller-manager, kubectl and helm."
    )
}
