//! Two clusters that work in one AWS account, and one operator for all namespaces of a cluster.

use serde_json::json;

use crate::lake::Lake;
use crate::operator::Operator;
use crate::stand::Stand;

#[tokio::test]
async fn lakes_of_one_name_in_two_clusters_and_namespaces_do_not_meet() {
    let stand = Stand::shared().await;
    let other = stand.another_cluster().await;
    let here = Lake::on(stand, "e2e-twin", &[]).await;
    let there = Lake::without_operator(other.clone(), "e2e-twin").await;
    let beside = Lake::without_operator(other.clone(), "e2e-beside").await;
    let everywhere = Operator::start(&other, "everywhere", &[], &[]).await;
    let lakes = [here, there, beside];
    for lake in &lakes {
        lake.apply(json!({})).await;
    }
    let mut names = Vec::new();
    for lake in &lakes {
        lake.until_ready().await;
        names.extend(lake.eyes().await.names.into_iter());
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), all), (39, 39), "{names:#?}");
    assert!(
        everywhere
            .get("/metrics")
            .contains("datalake_lakes{ready=\"true\"} 2")
    );
    let [_, there, beside] = &lakes;
    for lake in [there, beside] {
        lake.delete().await;
        lake.until_gone().await;
    }
    assert!(everywhere.terminate().await.success());
}
