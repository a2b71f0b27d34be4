//! How many of each kind an account may have in a region: limits that stay until somebody raises them.

use super::{Answer, Shelf, refuse};

/// How many of each kind the account may have; the defaults of each service's page of quotas.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as what it counts")]
pub struct Quotas {
    pub keys: usize,
    pub roles: usize,
    pub buckets: usize,
    pub log_groups: usize,
    /// Shards of all provisioned streams.
    pub shards: usize,
    pub on_demand_streams: usize,
    pub databases: usize,
    /// Of one database.
    pub tables: usize,
    pub crawlers: usize,
    pub delivery_streams: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            keys: 100_000,
            roles: 1000,
            buckets: 10_000,
            log_groups: 1_000_000,
            shards: 200,
            on_demand_streams: 50,
            databases: 10_000,
            tables: 200_000,
            crawlers: 1000,
            delivery_streams: 5000,
        }
    }
}

/// Refuses one more than `quota`.
pub(super) fn room<T: Clone>(shelf: &Shelf<T>, quota: usize, refusal: (u16, &str, &str)) -> Answer<()> {
    if shelf.len() < quota {
        return Ok(());
    }
    let (status, code, message) = refusal;
    refuse(status, code, message)
}
