//! What the operator itself may do on AWS: the IAM policy of its own role.
//!
//! One table says which action each call needs, on what, and when; the policy, the file that is shipped and the tables
//! of `docs/iam.md` are written from it.

mod grants;
mod paper;

use std::collections::{BTreeMap, BTreeSet};

use super::arn::Partition;
use super::policy::{Document, Statement};
use grants::GRANTS;
pub use paper::page;

/// Some actions, what they are on, and when.
///
/// Resources and values hold the words `PARTITION`, `REGION`, `ACCOUNT`, `PFX`, `CLUSTER` and `BOUNDARY` where a policy has these.
struct Grant {
    sid: &'static str,
    /// For people.
    what: &'static str,
    /// Actions that the call of the same name needs.
    own: &'static [&'static str],
    /// Actions that calls of other names need, and which calls.
    others: &'static [(&'static str, &'static [&'static str])],
    on: &'static [&'static str],
    /// Operator, key and values; all conditions must hold.
    when: &'static [(&'static str, &'static str, &'static [&'static str])],
}

/// Where the operator works, for its policy.
#[derive(Clone, Debug)]
pub struct Place {
    /// The partition of its regions.
    pub partition: Partition,
    /// A region, or `*` for all of them.
    pub region: String,
    /// The account's 12 digits.
    pub account: String,
    /// What the names begin with, `--name-prefix`.
    pub prefix: String,
    /// `--cluster-id`, or `*` for any.
    pub cluster: String,
    /// `--permissions-boundary`, where there is one.
    pub boundary: Option<String>,
}

impl Grant {
    /// Its actions, each once, in order.
    fn actions(&self) -> BTreeSet<&'static str> {
        let others = self.others.iter().map(|(action, _)| *action);
        self.own.iter().copied().chain(others).collect()
    }

    /// Pairs of a call and an action that it needs.
    fn needs(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let own = self.own.iter().map(|action| (*action, *action));
        let others = self
            .others
            .iter()
            .flat_map(|(action, calls)| calls.iter().map(|call| (*call, *action)));
        own.chain(others)
    }

    fn statement(&self, place: &Place) -> Statement {
        let on = self.on.iter().map(|pattern| place.fill(pattern));
        let statement = Statement::allow(self.sid, self.actions()).on(on);
        // Where no boundary is set, there is nothing to ask for.
        let conditions = self
            .when
            .iter()
            .filter(|(_, _, values)| place.boundary.is_some() || !values.contains(&"BOUNDARY"));
        conditions.fold(statement, |statement, (operator, key, values)| {
            statement.when(operator, key, values.iter().map(|value| place.fill(value)))
        })
    }
}

impl Place {
    fn fill(&self, text: &str) -> String {
        let boundary = self.boundary.as_deref().unwrap_or_default();
        text.replace("PARTITION", self.partition.as_str())
            .replace("REGION", &self.region)
            .replace("ACCOUNT", &self.account)
            .replace("PFX", &self.prefix)
            .replace("CLUSTER", &self.cluster)
            .replace("BOUNDARY", boundary)
    }
}

impl Default for Place {
    /// Any region and cluster, the default prefix, and the word `ACCOUNT` where the account is to stand.
    fn default() -> Self {
        Self {
            partition: Partition::Aws,
            region: "*".to_owned(),
            account: "ACCOUNT".to_owned(),
            prefix: "dl".to_owned(),
            cluster: "*".to_owned(),
            boundary: None,
        }
    }
}

/// The operator's policy: what its calls need, and no more.
pub fn policy(place: &Place) -> Document {
    Document::new(
        GRANTS
            .iter()
            .map(|grant| grant.statement(place))
            .collect::<Vec<_>>(),
    )
}

/// Every call that the operator makes (`kms:CreateKey`), and the actions that it needs.
pub fn calls() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut calls = BTreeMap::<_, BTreeSet<_>>::new();
    for (call, action) in GRANTS.iter().flat_map(Grant::needs) {
        calls.entry(call).or_default().insert(action);
    }
    calls
}

#[cfg(test)]
mod tests;
