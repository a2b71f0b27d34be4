//! What is not this lake's own: the user's, which it uses; nobody's, which it may take over; another lake's.

use super::{Asking, KEY_LOOK_SECONDS};
use crate::api::vocabulary::reasons;
use crate::api::{Adoption, DriftPolicy};
use crate::model::fault::CallError;
use crate::model::kinds::{self, Cause, Circumstances, Observed, Refusal, Takeover, Use, WaitFor};
use crate::model::lake::Wish;
use crate::model::owner::Ownership;
use crate::model::plan::{Proposal, Step, Verb, Work};

impl Asking<'_> {
    /// What is the user's own is looked at, and never written to.
    pub(super) fn used(&self, live: Option<&Observed>) -> Step {
        match kinds::usable(self.lake, self.id, live) {
            Use::Can(warnings) => Step::Used(warnings),
            Use::Settling(wait) => Step::Wait(wait),
            Use::Cannot(message) => Step::Refuse(Refusal {
                reason: reasons::EXISTING_NOT_USABLE,
                message,
            }),
        }
    }

    /// A bucket of the user's own in another region: S3 says so by an error (S3 API reference, "Error responses").
    pub(super) fn out_of_reach(&self, error: &CallError) -> Option<Step> {
        let elsewhere = self.wish == Wish::Used && error.code == "PermanentRedirect";
        elsewhere.then(|| {
            let (name, region) = (self.lake.name(self.id), &self.lake.place.region);
            Step::Refuse(Refusal {
                reason: reasons::EXISTING_NOT_USABLE,
                message: format!(
                    "bucket {name} is in another region, and the lake needs one in {region}: name another bucket in \
                     spec.existing"
                ),
            })
        })
    }

    pub(super) fn not_ours(&self, live: &Observed) -> Option<Step> {
        let ownership = self.lake.owner.judge(live.tags());
        Some(match ownership {
            Ownership::Ours => return None,
            // What is not ours need not go.
            _ if self.wish == Wish::Gone => Step::InSync,
            Ownership::Unowned if self.lake.adoption == Adoption::Unowned => self.takeover(live),
            Ownership::Unowned => Step::Foreign(
                "nobody's: it carries no owner's tag (with spec.adoption: Unowned it could be taken over)"
                    .to_owned(),
            ),
            Ownership::Other(owner) => Step::Foreign(format!("{owner}'s")),
        })
    }

    /// What is nobody's is taken over by its tags alone, once the user agrees to all that would change of it; ours
    /// then, it is changed as any other.
    fn takeover(&self, live: &Observed) -> Step {
        let Some(desired) = self.desired else {
            let what = format!(
                "the key, to tell what would change of {}",
                self.lake.name(self.id)
            );
            return Step::Wait(WaitFor::new(what, KEY_LOOK_SECONDS));
        };
        let edit = Circumstances {
            cause: Cause::Edit,
            ..self.circumstances("")
        };
        match kinds::takeover(self.lake, self.id, desired, live, &edit) {
            Takeover::Settling(wait) => Step::Wait(wait),
            Takeover::Refused(message) => Step::Refuse(Refusal {
                reason: reasons::ADOPTION_REFUSED,
                message,
            }),
            Takeover::Open { differences, mark } => {
                let proposal = Proposal::new(self.id, self.lake.name(self.id), differences);
                let agreed = self.lake.agreed.contains(&proposal.hash);
                if agreed && self.lake.drift == DriftPolicy::Correct {
                    let work = Work {
                        changes: vec![*mark],
                        differences: proposal.differences,
                        verb: Verb::Adopt,
                        cause: Cause::Edit,
                    };
                    self.apply(Some(live), work)
                } else {
                    Step::Propose(proposal)
                }
            }
        }
    }
}
