//! A lake comes up, and everybody can see it.

use datalake_operator::api::vocabulary::FINALIZER;
use datalake_operator::shell::clock;
use serde_json::json;

use crate::lake::{Lake, NAME};

/// Seconds that creation may take on a machine that does other things too; AWS's states last 1 s each on the stand.
const BOUND: u64 = 45;

#[tokio::test]
async fn a_lake_comes_up_from_its_columns_alone_and_tells_of_it() {
    let mut lake = Lake::place("e2e-life").await;
    let start = clock::instant();
    lake.apply(json!({})).await;
    lake.until_ready().await;
    let took = start.elapsed();
    println!("Ready after {took:.1?}");
    assert!(took.as_secs() < BOUND, "{took:?}");

    let object = lake.object().await.unwrap();
    assert_eq!(
        object.metadata.finalizers.as_deref(),
        Some(&[FINALIZER.to_owned()][..])
    );
    let status = object.status.unwrap();
    assert_eq!(status.resources_ready.as_deref(), Some("13/13"));
    assert_eq!(status.applied_generation, object.metadata.generation);
    assert!(
        status.resources.iter().all(|r| r.arn.is_some()),
        "{}",
        lake.story().await
    );

    the_line_of_kubectl_answers(&lake).await;
    events_tell_each_thing_once(&lake).await;
    it_serves_health_and_metrics(&lake);

    let operator = lake.operator.take().unwrap();
    let log = operator.story();
    assert!(operator.terminate().await.success(), "{log}");
}

async fn the_line_of_kubectl_answers(lake: &Lake) {
    let connection = lake.status().await.connection.unwrap();
    let line = lake.stand.run(
        "kubectl",
        &["get", "dl", "--namespace", &lake.namespace, "--no-headers"],
    );
    let words: Vec<&str> = line.split_whitespace().collect();
    let expected = [
        NAME,
        "True",
        "Ready",
        "13/13",
        &connection.stream_name,
        &connection.table,
    ];
    assert_eq!(words[..6], expected, "{line}");
    assert_eq!(words.len(), 7, "and its age: {line}");
}

async fn events_tell_each_thing_once(lake: &Lake) {
    lake.until_event("Ready", "13/13").await;
    let told = lake.events().await;
    for resource in lake.status().await.resources {
        let said = told
            .iter()
            .filter(|(reason, note)| reason == "Created" && note.contains(&format!("({})", resource.id)));
        assert_eq!(said.count(), 1, "{}: {told:#?}", resource.id);
    }
    assert_eq!(told.len(), 14, "13 creations and Ready: {told:#?}");
    lake.until_passes(3).await;
    assert_eq!(lake.events().await, told);
    let repeated = lake
        .raw_events()
        .await
        .into_iter()
        .filter(|event| event.series.is_some());
    assert_eq!(repeated.count(), 0);
}

fn it_serves_health_and_metrics(lake: &Lake) {
    for (path, part) in [
        ("/healthz", "HTTP/1.1 200"),
        ("/readyz", "HTTP/1.1 200"),
        ("/metrics", "datalake_lakes{ready=\"true\"} 1"),
        ("/metrics", "datalake_resources{state=\"Ready\"} 13"),
        ("/metrics", "datalake_time_to_ready_seconds_count 1"),
    ] {
        let answer = lake.operator().get(path);
        assert!(answer.contains(part), "{path}: {part}: {answer}");
    }
}

#[tokio::test]
async fn the_chart_gives_the_operator_no_more_than_it_needs() {
    let lake = Lake::place("e2e-access").await;
    for (verb, resource, can) in [
        ("watch", "datalakes.datalake-operator.io", "yes"),
        ("create", "datalakes.datalake-operator.io", "no"),
        ("delete", "datalakes.datalake-operator.io", "no"),
        ("get", "secrets", "no"),
        ("list", "namespaces", "no"),
        ("create", "pods", "no"),
        ("update", "leases.coordination.k8s.io", "no"),
    ] {
        let mut command = lake.stand.command("kubectl");
        command.env("KUBECONFIG", lake.stand.operator_kubeconfig());
        let output = command
            .args(["auth", "can-i", verb, resource, "--all-namespaces"])
            .output()
            .unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert_eq!(answer.trim(), can, "{verb} {resource}");
    }
}
