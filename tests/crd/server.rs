//! A real API server with the definition applied, shared by the tests that run at the same time.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use datalake_operator::api::crd_yaml;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::Request;
use kube::core::params::PostParams;
use kube::runtime::wait::{await_condition, conditions};
use kube::{Api, Client, Config};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::answers::Refusal;

const CRDS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const NAME: &str = "datalakes.datalake-operator.io";

static RUNNING: Mutex<Weak<Process>> = Mutex::const_new(Weak::new());
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// The API server, as one test sees it.
pub struct Server {
    client: Client,
    /// Stops the server when the last test lets go of it.
    _process: Arc<Process>,
}

impl Server {
    /// The running server, or a new one with the definition applied.
    pub async fn shared() -> Self {
        let mut running = RUNNING.lock().await;
        if let Some(process) = running.upgrade() {
            return Self {
                client: process.client().await,
                _process: process,
            };
        }
        let process = Arc::new(tokio::task::spawn_blocking(Process::start).await.unwrap());
        let server = Self {
            client: process.client().await,
            _process: Arc::clone(&process),
        };
        server.define().await;
        *running = Arc::downgrade(&process);
        server
    }

    /// Applies the very bytes of `crds/`, and waits until the server serves them.
    async fn define(&self) {
        let path = format!("{CRDS}/{NAME}?fieldManager=test&force=true");
        self.send("PATCH", &path, "application/apply-patch+yaml", crd_yaml())
            .await
            .unwrap();
        for namespace in ["analytics", "finance", "compliance", "sandbox"] {
            let body = json!({"metadata": {"name": namespace}}).to_string();
            let made = self
                .send("POST", "/api/v1/namespaces", "application/json", body)
                .await;
            assert!(made.is_ok() || made.is_err_and(|refusal| refusal.0.is_already_exists()));
        }
        let crds: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        await_condition(crds, NAME, conditions::is_crd_established())
            .await
            .unwrap();
    }

    /// Creates an object as it would be created, without keeping it.
    pub async fn try_create(&self, object: &Value) -> Result<Value, Refusal> {
        self.create_with(object, "dryRun=All&fieldValidation=Strict")
            .await
    }

    pub async fn create(&self, object: &Value) -> Result<Value, Refusal> {
        self.create_with(object, "fieldValidation=Strict").await
    }

    async fn create_with(&self, object: &Value, query: &str) -> Result<Value, Refusal> {
        let namespace = object["metadata"]["namespace"].as_str().unwrap();
        let path = format!("{}?{query}", lakes(namespace));
        self.send("POST", &path, "application/json", object.to_string())
            .await
    }

    /// Creates from a file as it is, in YAML.
    pub async fn try_create_yaml(&self, namespace: &str, yaml: String) -> Result<Value, Refusal> {
        let path = format!("{}?dryRun=All&fieldValidation=Strict", lakes(namespace));
        self.send("POST", &path, "application/yaml", yaml).await
    }

    /// Edits the spec by a merge patch, without keeping it.
    pub async fn try_edit(&self, object: &Value, patch: &Value) -> Result<Value, Refusal> {
        self.patch(object, "?dryRun=All&fieldValidation=Strict", patch)
            .await
    }

    /// Writes `status.pinned`.
    pub async fn pin(&self, object: &Value, pinned: Value) -> Result<Value, Refusal> {
        self.patch(
            object,
            "/status?fieldValidation=Strict",
            &json!({"status": {"pinned": pinned}}),
        )
        .await
    }

    async fn patch(&self, object: &Value, rest: &str, patch: &Value) -> Result<Value, Refusal> {
        let metadata = &object["metadata"];
        let lakes = lakes(metadata["namespace"].as_str().unwrap());
        let url = format!("{lakes}/{}{rest}", metadata["name"].as_str().unwrap());
        self.send("PATCH", &url, "application/merge-patch+json", patch.to_string())
            .await
    }

    async fn send(&self, verb: &str, path: &str, kind: &str, body: String) -> Result<Value, Refusal> {
        let mut request = Request::new("/")
            .create(&PostParams::default(), body.into_bytes())
            .unwrap();
        *request.method_mut() = verb.parse().unwrap();
        *request.uri_mut() = path.parse().unwrap();
        request
            .headers_mut()
            .insert("content-type", kind.parse().unwrap());
        match self.client.request(request).await {
            Ok(value) => Ok(value),
            Err(kube::Error::Api(status)) => Err(Refusal(status)),
            Err(error) => panic!("{verb} {path}: {error}"),
        }
    }
}

fn lakes(namespace: &str) -> String {
    format!("/apis/datalake-operator.io/v1alpha1/namespaces/{namespace}/datalakes")
}

/// The API server's processes.
struct Process {
    kubeconfig: PathBuf,
    /// Where the stand runs; none for a server that was there before.
    stand: Option<PathBuf>,
}

impl Process {
    /// Starts a stand of its own. A server that runs already is used where `DATALAKE_TEST_KUBECONFIG` names it.
    fn start() -> Self {
        if let Some(kubeconfig) = std::env::var_os("DATALAKE_TEST_KUBECONFIG") {
            return Self {
                kubeconfig: kubeconfig.into(),
                stand: None,
            };
        }
        // One that is started while the one before it is stopped is not to meet it.
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = format!("crd-{}-{nth}", std::process::id());
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
        stand(&dir, &["up", "--only", "kubernetes"]);
        let env: Value = serde_json::from_str(&stand(&dir, &["env", "--format", "json"])).unwrap();
        Self {
            kubeconfig: env["KUBECONFIG"].as_str().unwrap().into(),
            stand: Some(dir),
        }
    }

    async fn client(&self) -> Client {
        let kubeconfig = Kubeconfig::read_from(&self.kubeconfig).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
        Client::try_from(config).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(dir) = &self.stand {
            stand(dir, &["down"]);
        }
    }
}

/// Runs the stand's tool, as `make stand` does, and gives what it printed.
fn stand(dir: &std::path::Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "datalake-stand", "--", "--dir"])
        .arg(dir)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "datalake-stand {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
