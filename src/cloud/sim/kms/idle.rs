//! Keys that cost money and serve nothing.

use std::collections::BTreeSet;

use super::super::Cloud;

impl Cloud {
    /// ARNs of the keys that nobody uses: not on their way to deletion, and named by no alias, bucket, stream, delivery
    /// stream or workgroup. Each is billed every month.
    pub fn idle_keys(&self) -> Vec<&str> {
        let encryptions = self
            .buckets
            .iter()
            .filter_map(|(_, live)| live.seen.encryption.as_ref());
        let destinations = || {
            let all = self.deliveries.iter();
            all.filter_map(|(_, live)| live.seen.destination.as_ref())
        };
        let copies = destinations().filter_map(|to| to.backup.as_deref());
        let results = self
            .workgroups
            .iter()
            .filter_map(|(_, live)| live.encryption.as_ref());
        let named = (self.aliases.iter().map(|(_, id)| id.as_str()))
            .chain(encryptions.filter_map(|encryption| encryption.key.as_deref()))
            .chain(
                self.streams
                    .iter()
                    .filter_map(|(_, live)| live.seen.key.as_deref()),
            )
            .chain(
                destinations()
                    .chain(copies)
                    .filter_map(|to| to.key_arn.as_deref()),
            )
            .chain(results.filter_map(|(_, key)| key.as_deref()));
        // By ARN or by id; no two keys share an id.
        let used: BTreeSet<&str> = named.map(id).collect();
        let billed = self
            .keys
            .iter()
            .filter(|(_, key)| key.seen.state != "PendingDeletion");
        billed
            .map(|(arn, _)| arn)
            .filter(|arn| !used.contains(id(arn)))
            .collect()
    }
}

fn id(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}
