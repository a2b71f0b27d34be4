//! The Kubernetes programs: those of `KUBEBUILDER_ASSETS`, or built once from pinned Go modules.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

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
    let (source, built) = places()?;
    if !missing(&built).is_empty() {
        // Another run of this tool may be building them: look again when it is done.
        let _held = cache::lock(&built.with_extension("lock"))?;
        for (name, package) in missing(&built) {
            build(name, package, &source, &built, progress)?;
        }
    }
    let found = PROGRAMS
        .iter()
        .map(|(name, _)| Some((*name, find(name, &built)?)))
        .collect::<Option<_>>();
    found.with_context(|| format!("programs are missing in {}", built.display()))
}

/// Builds one program; the packages that it shares with those before come from Go's own cache.
fn build(name: &str, package: &str, source: &Path, into: &Path, progress: &Progress) -> Result<()> {
    let stage = progress.stage(&format!("building {name} (once, up to some minutes)"));
    let go = |verb: &str| {
        let mut go = Command::new("go");
        go.current_dir(source).env("CGO_ENABLED", "0").arg(verb);
        go
    };
    let mut packages = 0;
    watch(go("list").args(["-deps", package]), |line| {
        packages += usize::from(!line.starts_with("go: "));
        stage.detail(line);
    })?;
    stage.count_to(packages);
    let flags = version_flags(&fs::read_to_string(source.join("go.mod"))?)
        .context("go.mod does not require a version of k8s.io/kubernetes")?;
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
                &flags,
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
fn version_flags(go_mod: &str) -> Option<String> {
    let required = go_mod
        .lines()
        .find_map(|line| line.trim().strip_prefix("k8s.io/kubernetes "))?;
    let version = required.split_whitespace().next()?;
    let (major, rest) = version.strip_prefix('v')?.split_once('.')?;
    let (minor, _) = rest.split_once('.')?;
    let at = "k8s.io/component-base/version";
    Some(format!(
        "-s -w -X {at}.gitVersion={version} -X {at}.gitMajor={major} -X {at}.gitMinor={minor} -X {at}.gitTreeState=clean"
    ))
}

/// What this machine lacks to build the programs that are missing, with the way to get it.
pub fn lacking() -> Result<Option<&'static str>> {
    let (source, built) = places()?;
    if missing(&built).is_empty() {
        return Ok(None);
    }
    // An older Go fetches the one that go.mod asks for, unless GOTOOLCHAIN forbids it; then this fails.
    let found = Command::new("go")
        .current_dir(source)
        .args(["env", "GOVERSION"])
        .output();
    if found.is_ok_and(|run| run.status.success()) {
        return Ok(None);
    }
    Ok(Some(
        "Go 1.26 or newer, which builds the Kubernetes programs.\n  \
         macOS: brew install go   others: https://go.dev/dl/\n  \
         Or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver, kube-controller-manager, kubectl and helm.",
    ))
}

/// The folder of the Go module that pins the programs, and the one in the cache where they are built.
fn places() -> Result<(PathBuf, PathBuf)> {
    let source = cache::local("kubernetes");
    let built = cache::keyed("kubernetes", &source.join("go.sum"))?;
    Ok((source, built))
}

/// Where a program is, if it is there.
fn find(name: &str, built: &Path) -> Option<PathBuf> {
    let assets = env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
    let folders = assets.iter().map(PathBuf::as_path).chain([built]);
    folders
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn missing(built: &Path) -> Vec<(&'static str, &'static str)> {
    PROGRAMS
        .into_iter()
        .filter(|(name, _)| find(name, built).is_none())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_told_the_version_that_is_pinned() {
        let flags = version_flags("require (\n\tk8s.io/kubernetes v1.36.3 // indirect\n)\n").unwrap();
        assert!(flags.contains("version.gitVersion=v1.36.3 "), "{flags}");
        assert!(
            flags.contains("version.gitMajor=1 ") && flags.contains("version.gitMinor=36 "),
            "{flags}"
        );
        let pins = fs::read_to_string(cache::local("kubernetes").join("go.mod")).unwrap();
        assert!(version_flags(&pins).is_some());
    }
}
