//! The lake as Kubernetes knows it, and AWS as the lake's part of it.

use std::path::PathBuf;
use std::sync::Arc;

use datalake_operator::api::{Connection, Datalake, DatalakeStatus};
use datalake_operator::cloud::aws::Aws;
use datalake_operator::cloud::aws::clients::Clients;
use datalake_operator::model::arn::Region;
use kube::api::ListParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, ResourceExt};

use crate::failure::Failure;

/// The lakes of one namespace.
pub struct Cluster {
    api: Api<Datalake>,
    /// The namespace.
    pub namespace: String,
}

impl Cluster {
    /// Takes cluster and namespace from where kubectl takes them.
    pub async fn connect(
        namespace: Option<String>,
        context: Option<String>,
        kubeconfig: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let config = config(context, kubeconfig).await?;
        let namespace = namespace.unwrap_or_else(|| config.default_namespace.clone());
        let client = Client::try_from(config).map_err(|error| Failure::new(error.to_string()))?;
        let api = Api::namespaced(client, &namespace);
        Ok(Self { api, namespace })
    }

    /// The lake of that name.
    pub async fn lake(&self, name: &str) -> Result<Datalake, Failure> {
        self.api
            .get(name)
            .await
            .map_err(|error| self.told(&error, Some(name)))
    }

    /// All lakes of the namespace, by name.
    pub async fn lakes(&self) -> Result<Vec<Datalake>, Failure> {
        let found = self.api.list(&ListParams::default()).await;
        let mut lakes = found.map_err(|error| self.told(&error, None))?.items;
        lakes.sort_by_key(ResourceExt::name_any);
        Ok(lakes)
    }

    fn told(&self, error: &kube::Error, name: Option<&str>) -> Failure {
        let namespace = &self.namespace;
        Failure::Told(match (error, name) {
            // A lake that is missing is named in the answer; a kind that is missing can't be.
            (kube::Error::Api(status), Some(name)) if status.code == 404 && status.message.contains(name) => {
                format!(
                    "datalake \"{name}\" not found in namespace \"{namespace}\"\n\
                     `kubectl get datalakes --all-namespaces` shows those that exist; -n chooses the namespace."
                )
            }
            (kube::Error::Api(status), _) if status.code == 404 => "this cluster doesn't know datalakes\n\
                 Is it the right one (--context)? Then install the operator and its CRD first."
                .into(),
            (kube::Error::Api(status), _) => status.message.clone(),
            (error, _) => format!("can't reach the cluster: {}", chain(error)),
        })
    }
}

async fn config(context: Option<String>, kubeconfig: Option<PathBuf>) -> Result<Config, Failure> {
    let options = KubeConfigOptions {
        context,
        ..KubeConfigOptions::default()
    };
    let config = match kubeconfig {
        Some(path) => match Kubeconfig::read_from(path) {
            Ok(kubeconfig) => Config::from_custom_kubeconfig(kubeconfig, &options).await,
            Err(error) => Err(error),
        },
        None if options.context.is_some() => Config::from_kubeconfig(&options).await,
        None => return Config::infer().await.map_err(|error| Failure::new(chain(&error))),
    };
    config.map_err(|error| Failure::new(chain(&error)))
}

/// The error and its causes in one line, each cause once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// How to connect to the lake.
pub fn connection(lake: &Datalake) -> Result<&Connection, Failure> {
    let connection = lake.status.as_ref().and_then(|status| status.connection.as_ref());
    connection.ok_or_else(|| {
        let name = lake.name_any();
        let why = if lake.spec.suspend {
            "it is suspended, and nothing was made before; set spec.suspend to false"
        } else if lake.status.is_none() {
            "the operator hasn't looked at it yet; is the operator running?"
        } else {
            "its AWS names are not settled"
        };
        Failure::Told(format!(
            "datalake \"{name}\" has no connection yet: {why}\n\
             `kubectl datalake status {name}` shows how it stands; \
             `kubectl wait --for=condition=Ready datalake/{name}` waits for it."
        ))
    })
}

/// How far an absent status is from a present one: nothing known.
pub fn status(lake: &Datalake) -> DatalakeStatus {
    lake.status.clone().unwrap_or_default()
}

/// AWS, seen from the lake's region.
pub struct LakeAws {
    aws: Aws,
    /// The clients to call.
    pub clients: Arc<Clients>,
}

impl LakeAws {
    /// Takes credentials from where every AWS tool takes them.
    ///
    /// Other than the operator, the plugin has no later look: it lets the SDK retry throttling for a while.
    pub async fn of(connection: &Connection) -> Result<Self, Failure> {
        let region = Region::parse(&connection.region).map_err(|error| Failure::new(error.to_string()))?;
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(5))
            .region(aws_config::Region::new(region.to_string()))
            .load()
            .await;
        let aws = Aws::new(config, Arc::new(|_, _, _| {})).at(&region);
        let clients = aws.region(&region);
        Ok(Self { aws, clients })
    }
}

impl std::ops::Deref for LakeAws {
    type Target = Aws;
    fn deref(&self) -> &Aws {
        &self.aws
    }
}

#[cfg(test)]
pub mod tests {
    use serde_json::json;

    use super::*;

    /// A lake that is ready, of one column.
    pub fn ready() -> Datalake {
        serde_json::from_value(json!({
            "apiVersion": "datalake-operator.io/v1alpha1",
            "kind": "Datalake",
            "metadata": {"name": "staff-events", "namespace": "analytics", "generation": 2,
                         "creationTimestamp": "2026-01-02T03:04:05Z"},
            "spec": {"schema": {"columns": [{"name": "event", "type": "string"}]}},
            "status": {
                "observedGeneration": 2,
                "appliedGeneration": 2,
                "resourcesReady": "2/3",
                "conditions": [
                    {"type": "Ready", "status": "False", "reason": "AccessDenied", "observedGeneration": 2,
                     "message": "kms CreateKey: AccessDenied", "lastTransitionTime": "2026-01-02T03:05:05Z"},
                    {"type": "EncryptionReady", "status": "False", "reason": "AccessDenied",
                     "message": "kms CreateKey: AccessDenied", "lastTransitionTime": "2026-01-02T03:05:05Z"}
                ],
                "resources": [
                    {"id": "stream-key", "kind": "KMS key", "name": "alias/dl-x", "state": "Failed",
                     "reason": "AccessDenied", "message": "kms CreateKey: AccessDenied: the operator's role lacks it"},
                    {"id": "bucket-key", "kind": "KMS key", "name": "alias/dl-y", "state": "Ready"},
                    {"id": "lake-bucket", "kind": "S3 bucket", "name": "dl-lake", "state": "Ready"},
                    {"id": "moon-base", "kind": "Moon base", "name": "m", "state": "Ready"}
                ],
                "connection": {
                    "account": "123456789012", "region": "eu-west-1",
                    "streamName": "dl-stream", "streamArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/dl-stream",
                    "database": "dl_db", "table": "dl_table",
                    "lakeLocation": "s3://dl-lake/data/", "rawLocation": "s3://dl-raw/raw/",
                    "workgroup": "dl-wg", "crawler": "dl-crawler"
                }
            }
        }))
        .unwrap()
    }

    #[test]
    fn a_lake_without_connection_is_refused_with_why_and_what_to_do() {
        let mut fresh = ready();
        fresh.status = None;
        let mut suspended = fresh.clone();
        suspended.spec.suspend = true;
        let mut unsettled = ready();
        unsettled.status.as_mut().unwrap().connection = None;
        for (lake, says) in [
            (fresh, "is the operator running?"),
            (suspended, "set spec.suspend to false"),
            (unsettled, "not settled"),
        ] {
            let Err(Failure::Told(message)) = connection(&lake) else {
                panic!("refused: {says}");
            };
            assert!(message.contains(says), "{message}");
            assert!(
                message.contains("kubectl datalake status staff-events"),
                "{message}"
            );
        }
        assert_eq!(connection(&ready()).unwrap().stream_name, "dl-stream");
    }
}
