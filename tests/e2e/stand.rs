//! The stand, shared by the scenarios that run at the same time, with the chart installed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use datalake_operator::cloud::aws::Aws;
use datalake_operator::cloud::aws::clients::Clients;
use datalake_operator::model::arn::Region;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// Namespace and release of the chart.
pub const SYSTEM: &str = "datalake-system";
pub const RELEASE: &str = "datalake-operator";

static RUNNING: Mutex<Weak<Stand>> = Mutex::const_new(Weak::new());
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// A Kubernetes API server with the chart installed, and AWS.
pub struct Stand {
    dir: PathBuf,
    /// What reaches the stand as its administrator.
    env: BTreeMap<String, String>,
}

impl Stand {
    /// The running stand, or a new one. It ends when the last scenario lets go of it.
    pub async fn shared() -> Arc<Self> {
        let mut running = RUNNING.lock().await;
        if let Some(stand) = running.upgrade() {
            return stand;
        }
        let start = || Self::start("e2e", &["up"], &BTreeMap::new());
        let stand = Arc::new(tokio::task::spawn_blocking(start).await.unwrap());
        *running = Arc::downgrade(&stand);
        stand
    }

    /// A stand for one scenario, which may do to it what others would not bear.
    pub async fn alone(name: &'static str) -> Arc<Self> {
        let start = move || Self::start(name, &["up"], &BTreeMap::new());
        Arc::new(tokio::task::spawn_blocking(start).await.unwrap())
    }

    /// The API server is killed and started again; ends when it is ready.
    pub async fn restart_api_server(&self) {
        let dir = self.dir.clone();
        let restart = move || datalake_stand(&dir, &["restart", "kube-apiserver"]);
        tokio::task::spawn_blocking(restart).await.unwrap();
    }

    /// Another cluster that works in the same AWS account.
    pub async fn another_cluster(&self) -> Arc<Self> {
        let aws = self
            .env
            .clone()
            .into_iter()
            .filter(|(name, _)| name.starts_with("AWS_"));
        let aws: BTreeMap<_, _> = aws.collect();
        let start = move || Self::start("e2e-other", &["up", "--only", "kubernetes"], &aws);
        Arc::new(tokio::task::spawn_blocking(start).await.unwrap())
    }

    fn start(name: &str, up: &[&str], env: &BTreeMap<String, String>) -> Self {
        // One that is started while the one before it is stopped is not to meet it.
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = format!("{name}-{}-{nth}", std::process::id());
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
        let mut stand = Self {
            dir,
            env: env.clone(),
        };
        datalake_stand(&stand.dir, up);
        let all: BTreeMap<String, String> =
            serde_json::from_str(&datalake_stand(&stand.dir, &["env", "--format", "json"])).unwrap();
        stand.env.extend(all);
        stand.install_chart();
        stand
    }

    /// As a user does who runs the operator elsewhere: definition, service account and access from the chart.
    fn install_chart(&self) {
        let chart = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/datalake-operator");
        let set = ["--set", "operator.enabled=false", "--wait"];
        let mut install = vec![
            "install",
            RELEASE,
            chart,
            "--namespace",
            SYSTEM,
            "--create-namespace",
        ];
        install.extend(set);
        self.run("helm", &install);
        let crd = "crd/datalakes.datalake-operator.io";
        self.run(
            "kubectl",
            &["wait", "--for=condition=Established", crd, "--timeout=60s"],
        );
        self.write_operator_kubeconfig();
    }

    /// This cluster, and nobody but the chart's service account, in the namespace where a pod of the chart is.
    fn write_operator_kubeconfig(&self) {
        let view = [
            "config",
            "view",
            "--raw",
            "--minify",
            "--flatten",
            "--output",
            "json",
        ];
        let mut config: Value = serde_json::from_str(&self.run("kubectl", &view)).unwrap();
        let token = self.run("kubectl", &["create", "token", RELEASE, "--namespace", SYSTEM]);
        config["users"][0]["user"] = json!({"token": token.trim()});
        config["contexts"][0]["context"]["namespace"] = json!(SYSTEM);
        fs::create_dir_all(self.files()).unwrap();
        fs::write(self.operator_kubeconfig(), config.to_string()).unwrap();
    }

    pub fn operator_kubeconfig(&self) -> PathBuf {
        self.files().join("operator.kubeconfig")
    }

    /// What the tests write beside the stand.
    pub fn files(&self) -> PathBuf {
        self.dir.with_extension("files")
    }

    /// Where AWS is.
    pub fn endpoint(&self) -> &str {
        &self.env["AWS_ENDPOINT_URL"]
    }

    /// Runs a program as the administrator, and gives what it printed.
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).envs(&self.env);
        finished(command)
    }

    /// A command with the environment of the stand.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(&self.env);
        command
    }

    pub async fn kubernetes(&self) -> Client {
        let kubeconfig = Kubeconfig::read_from(&self.env["KUBECONFIG"]).unwrap();
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        Client::try_from(config.unwrap()).unwrap()
    }

    /// AWS, as somebody else than the operator.
    pub async fn aws(&self) -> Arc<Clients> {
        self.aws_as(&self.env["AWS_ACCESS_KEY_ID"]).await
    }

    /// AWS as the holder of an access key; to the emulator, twelve digits are an account of that number.
    pub async fn aws_as(&self, access_key: &str) -> Arc<Clients> {
        let secret = self.env["AWS_SECRET_ACCESS_KEY"].clone();
        let credentials = Credentials::new(access_key, secret, None, None, "stand");
        let region = self.env["AWS_REGION"].clone();
        let config: SdkConfig = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_config::Region::new(region.clone()))
            .endpoint_url(self.endpoint())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .load()
            .await;
        Aws::new(config, Arc::new(|_, _, _| {})).region(&Region::parse(&region).unwrap())
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        datalake_stand(&self.dir, &["down"]);
        // Left there, it is only some logs.
        drop(fs::remove_dir_all(self.files()));
    }
}

/// Runs the stand's tool, as `make stand` does, and gives what it printed.
fn datalake_stand(dir: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command
        .args([
            "run",
            "--quiet",
            "--package",
            "datalake-stand",
            "--",
            "--quiet",
            "--dir",
        ])
        .arg(dir)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    finished(command)
}

fn finished(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
