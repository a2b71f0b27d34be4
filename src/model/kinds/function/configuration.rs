//! A function's configuration, and how two differ.

use crate::model::kinds::Difference;
use crate::model::owner::Tags;

/// What is declared of a function's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Default, Hash)]
#[expect(missing_docs, reason = "named as in the Lambda API reference")]
pub struct Configuration {
    pub description: String,
    pub runtime: String,
    pub handler: String,
    pub role_arn: String,
    pub timeout_seconds: i32,
    pub memory_mib: i32,
    pub environment: Tags,
}

/// Every property that differs.
pub(super) fn differences(want: &Configuration, have: &Configuration) -> Vec<Difference> {
    let (want, have) = (members(want), members(have));
    let both = want
        .into_iter()
        .zip(have)
        .filter(|((_, want), (_, have))| want != have);
    both.map(|((property, want), (_, have))| Difference::new(property, want, have))
        .collect()
}

fn members(configuration: &Configuration) -> [(&'static str, String); 7] {
    let Configuration {
        description,
        runtime,
        handler,
        role_arn,
        timeout_seconds,
        memory_mib,
        environment,
    } = configuration;
    let variables: Vec<_> = environment
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    [
        ("Description", description.clone()),
        ("Runtime", runtime.clone()),
        ("Handler", handler.clone()),
        ("Role", role_arn.clone()),
        ("Timeout", format!("{timeout_seconds} s")),
        ("MemorySize", format!("{memory_mib} MiB")),
        ("Environment", variables.join(", ")),
    ]
}
