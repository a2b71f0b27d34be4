//! etcd, kube-apiserver and kube-controller-manager: how they are started.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use p256::SecretKey;
use p256::pkcs8::LineEnding;
use serde_json::json;

use crate::programs::programs;
use crate::progress::Progress;
use crate::running::{Running, free_ports};

/// The files that the programs share.
struct Files {
    pki: PathBuf,
    sa_key: PathBuf,
    tokens: PathBuf,
    ca: PathBuf,
    kubeconfig: PathBuf,
}

/// Starts the three programs with all their files in the part's folder, and returns when the API server is ready.
pub fn start(running: &mut Running, progress: &Progress) -> Result<()> {
    let programs = programs(progress)?;
    let stage = progress.stage("starting Kubernetes");
    let dir = running.dir.clone();
    let pki = dir.join("pki");
    let files = Files {
        sa_key: pki.join("sa.key"),
        tokens: dir.join("tokens.csv"),
        ca: pki.join("ca.crt"),
        kubeconfig: dir.join("kubeconfig"),
        pki,
    };
    fs::create_dir_all(&files.pki)?;
    fs::write(&files.sa_key, signing_key()?)?;
    let token = HEXLOWER.encode(&random::<24>()?);
    fs::write(&files.tokens, format!("{token},admin,admin,\"system:masters\"\n"))?;
    let [client, peer, secure] = free_ports()?;
    let etcd = format!("http://127.0.0.1:{client}");
    let program = |name: &str| Command::new(&programs[name]);

    running.spawn("etcd", program("etcd").args(etcd_flags(&dir, &etcd, peer)))?;
    running.spawn(
        "kube-apiserver",
        program("kube-apiserver").args(apiserver_flags(&files, &etcd, secure)),
    )?;
    let chain = files.pki.join("apiserver.crt");
    running.wait_until("kube-apiserver", || serving_ca(&chain, &files.ca))?;
    fs::write(
        &files.kubeconfig,
        kubeconfig(&format!("https://127.0.0.1:{secure}"), &files.ca, &token),
    )?;
    running.wait_until("kube-apiserver", || {
        ready(&programs["kubectl"], &files.kubeconfig)
    })?;
    let name = "kube-controller-manager";
    running.spawn(name, program(name).args(controller_manager_flags(&files)))?;

    running.env("KUBECONFIG", &files.kubeconfig.to_string_lossy());
    // kubectl would keep a folder in the user's home for every port that a stand ever had.
    running.env("KUBECACHEDIR", &dir.join("cache").to_string_lossy());
    for program in programs.values() {
        running.path(program);
    }
    stage.done();
    Ok(())
}

fn etcd_flags(dir: &Path, client: &str, peer: u16) -> Vec<String> {
    let peer = format!("http://127.0.0.1:{peer}");
    vec![
        path_flag("--data-dir", &dir.join("etcd")),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        // The data goes with the stand.
        "--unsafe-no-fsync".into(),
        "--log-level=warn".into(),
    ]
}

fn apiserver_flags(files: &Files, etcd: &str, port: u16) -> Vec<String> {
    vec![
        format!("--etcd-servers={etcd}"),
        format!("--secure-port={port}"),
        "--bind-address=127.0.0.1".into(),
        "--advertise-address=127.0.0.1".into(),
        "--endpoint-reconciler-type=none".into(),
        "--service-cluster-ip-range=10.0.0.0/24".into(),
        // Here it makes itself a serving certificate for 127.0.0.1 and the kubernetes service.
        path_flag("--cert-dir", &files.pki),
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".into(),
        path_flag("--service-account-key-file", &files.sa_key),
        path_flag("--service-account-signing-key-file", &files.sa_key),
        path_flag("--token-auth-file", &files.tokens),
        "--authorization-mode=RBAC".into(),
        "--anonymous-auth=true".into(),
        "--allow-privileged=true".into(),
        // No pod runs here, so none has to wait for its service account to be admitted.
        "--disable-admission-plugins=ServiceAccount".into(),
    ]
}

fn controller_manager_flags(files: &Files) -> Vec<String> {
    vec![
        path_flag("--kubeconfig", &files.kubeconfig),
        "--leader-elect=false".into(),
        "--bind-address=127.0.0.1".into(),
        "--secure-port=0".into(),
        "--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller".into(),
        path_flag("--service-account-private-key-file", &files.sa_key),
        path_flag("--root-ca-file", &files.ca),
        "--use-service-account-credentials=false".into(),
    ]
}

/// Whether the API server that this environment reaches is ready.
pub fn healthy(path: &[PathBuf], env: &BTreeMap<String, String>) -> bool {
    let kubectl = path
        .iter()
        .map(|folder| folder.join("kubectl"))
        .find(|program| program.is_file());
    kubectl
        .zip(env.get("KUBECONFIG"))
        .is_some_and(|(kubectl, config)| ready(&kubectl, Path::new(config)))
}

fn ready(kubectl: &Path, kubeconfig: &Path) -> bool {
    Command::new(kubectl)
        .arg(path_flag("--kubeconfig", kubeconfig))
        .args(["get", "--raw=/readyz", "--request-timeout=5s"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn path_flag(flag: &str, path: &Path) -> String {
    format!("{flag}={}", path.display())
}

/// Writes the authority that signed the server's own certificate, the last of its chain, to `ca`.
fn serving_ca(chain: &Path, ca: &Path) -> bool {
    const END: &str = "-----END CERTIFICATE-----";
    let Ok(chain) = fs::read_to_string(chain) else {
        return false;
    };
    let Some(last) = chain
        .rfind("-----BEGIN CERTIFICATE-----")
        .map(|begin| &chain[begin..])
    else {
        return false;
    };
    chain.matches(END).count() == 2 && last.trim_end().ends_with(END) && fs::write(ca, last).is_ok()
}

/// A kubeconfig in JSON, which is YAML.
fn kubeconfig(server: &str, ca: &Path, token: &str) -> String {
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "stand",
        "clusters": [{"name": "stand", "cluster": {"server": server, "certificate-authority": ca}}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "stand", "context": {"cluster": "stand", "user": "admin", "namespace": "default"}}],
    });
    format!("{config:#}\n")
}

/// A fresh key with which the API server signs the tokens of service accounts.
fn signing_key() -> Result<String> {
    let key = SecretKey::from_slice(&random::<32>()?).context("the random number is no key: try again")?;
    // kube-apiserver takes the public half from a private key in SEC 1 form only.
    Ok(key
        .to_sec1_pem(LineEnding::LF)
        .context("cannot encode the signing key")?
        .to_string())
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("no random numbers")?;
    Ok(bytes)
}
