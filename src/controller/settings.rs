//! What the person who runs the operator decided.

use jiff::SignedDuration;

use super::election::Terms;
use crate::model::arn::Region;
use crate::model::names::Prefix;

/// What the person who runs the operator decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Who this cluster is, in names and tags. `None`: the uid of the namespace `kube-system`.
    pub cluster_id: Option<String>,
    /// What every name that the operator picks begins with.
    pub prefix: Prefix,
    /// The region of lakes that name none. `None`: the one of the AWS configuration.
    pub region: Option<Region>,
    /// ARN of the policy that bounds every role that the operator creates.
    pub boundary: Option<String>,
    /// How often a lake that is in sync is looked at; positive.
    pub drift_period: SignedDuration,
    /// How long after a write an older answer of AWS is taken for lag; not negative.
    pub consistency_window: SignedDuration,
    /// The only namespace whose lakes are managed. `None`: all.
    pub watch_namespace: Option<String>,
    /// How many lakes are worked on at a time, at least 1.
    pub max_concurrent: u16,
    /// The lease that a process must hold to work. `None`: there is never more than one process.
    pub lease: Option<LeaseSettings>,
}

/// Which Lease says who works.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaseSettings {
    /// Its name.
    pub name: String,
    /// Its namespace. `None`: the pod's own, or that of the kubeconfig's context.
    pub namespace: Option<String>,
    /// How long it lasts.
    pub terms: Terms,
}
