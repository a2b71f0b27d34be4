//! What is not this lake's own: the user's, which it uses; nobody's, which it may take over; another lake's.

use super::{Asking, GONE_LAG, KEY_LOOK_SECONDS, LAG_LOOK_SECONDS, lagging, wait_for_key};
use crate::api::vocabulary::reasons;
use crate::api::{Adoption, DriftPolicy};
use crate::model::fault::CallError;
use crate::model::intent::{self, KEY_LAG};
use crate::model::kinds::{self, Cause, Circumstances, Observed, Refusal, Takeover, Use, WaitFor};
use crate::model::lake::Wish;
use crate::model::memory::Sight;
use crate::model::owner::Ownership;
use crate::model::plan::{Proposal, Step, Verb, Work};

impl Asking<'_> {
    /// What is the user's own is looked at, and never written to. A lake that goes wants nothing of it any more.
    pub(super) fn used(&self, live: Option<&Observed>) -> Step {
        if self.lake.leaving.is_some() {
            return Step::Used(Vec::new());
        }
        match kinds::usable(self.lake, self.id, live) {
            Use::Can(warnings) => Step::Used(warnings),
            Use::Settling(wait) => Step::Wait(wait),
            Use::Cannot(message) => Step::Refuse(Refusal {
                reason: reasons::EXISTING_NOT_USABLE,
                message,
            }),
        }
    }

    /// A bucket of the user's own in another region: S3 says so by an error (S3 API reference, "Error responses"). To a
    /// lake that goes it does not matter what stands against reading what is the user's own, unless a key goes.
    pub(super) fn out_of_reach(&self, error: &CallError) -> Option<Step> {
        let elsewhere = error.code == "PermanentRedirect";
        let leaving = self.lake.leaving.is_some();
        let for_good = elsewhere || leaving && self.is_for_the_user(self.id, error);
        (self.wish == Wish::Used && for_good).then(|| {
            if leaving {
                return Step::Used(Vec::new());
            }
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
            Ownership::Unowned if self.memory.just_tagged(self.id) => lagging(),
            // What is not ours need not go; but a key of ours may be on its way, beside another that the alias names.
            _ if self.wish == Wish::Gone => self.believed_gone(None).unwrap_or(Step::InSync),
            Ownership::Unowned if self.lake.adoption == Adoption::Unowned => self.takeover(live),
            Ownership::Unowned => Step::Foreign(
                "nobody's: it carries no owner's tag (with spec.adoption: Unowned it could be taken over)"
                    .to_owned(),
            ),
            Ownership::Other(owner) => Step::Foreign(format!("{owner}'s")),
        })
    }

    /// An alias of the lake's name that names another's key is left as it is.
    pub(super) fn taken_alias(&self, live: Option<&Observed>) -> Option<Step> {
        let Some(Observed::Key(key)) = live.filter(|_| self.wish == Wish::Wanted) else {
            return None;
        };
        let target = key.alias_target.as_deref().filter(|_| key.alias_taken)?;
        let (alias, own) = (&key.alias, key.arn.key_id());
        Some(Step::Refuse(Refusal {
            reason: reasons::NOT_OWNED,
            message: format!(
                "{alias} names key {target}, which is not this lake's: point it to {own}, the lake's key, or remove it"
            ),
        }))
    }

    /// An alias that was made right before the object was deleted, and that KMS does not show yet, would outlive the lake
    /// until its key goes.
    pub(super) fn alias_on_its_way(&self, live: &Observed) -> Option<Step> {
        let Observed::Key(key) = live else { return None };
        let recent = self.now.duration_since(self.lake.leaving_since?) < GONE_LAG;
        let unseen = self.wish == Wish::Gone && key.alias_target.is_none();
        (recent && unseen && !self.memory.removed.contains_key(&self.id))
            .then(|| Step::Wait(WaitFor::new("KMS to show the alias of the key", LAG_LOOK_SECONDS)))
    }

    /// Whether the lake made a key before the user gave it another, which a lost status does not tell: such a key is
    /// kept. Where others of the lake's resources are, KMS is given time to show it.
    pub(super) fn sought(&self, live: Option<&Observed>) -> Step {
        let ours = |live: &Observed| self.lake.owner.judge(live.tags()) == Ownership::Ours;
        // One of another's, which has its alias, tells nothing of it.
        if let Some(live) = live.filter(|live| ours(live)) {
            let stays = matches!(live, Observed::Key(key) if key.state != "PendingDeletion");
            return if stays { Step::Kept } else { Step::InSync };
        }
        let made = |sight: &Sight| matches!(sight, Sight::Present(live) if ours(live));
        let since = self.memory.seen.get(&self.id).and_then(|seen| seen.absent_since);
        let fresh = since.is_some_and(|since| self.now.duration_since(since) < KEY_LAG);
        if fresh && self.snapshot.values().any(made) {
            let what = "KMS to show a key that the lake may have made before its status was lost";
            return Step::Wait(WaitFor::new(what, KEY_LOOK_SECONDS));
        }
        Step::InSync
    }

    /// A key that the lake made would be left beside one that is taken over; one that it may have made is waited for.
    fn has_a_key_already(&self, live: &Observed) -> Option<Step> {
        let Observed::Key(key) = live else { return None };
        let other = key.arn.key_id();
        let Some(own) = self.lake.record.keys.get(&self.id).filter(|own| *own != other) else {
            let begun = self.memory.begun(self.lake, self.id)?;
            return intent::is_awaited(begun, self.now).map(wait_for_key);
        };
        Some(Step::Refuse(Refusal {
            reason: reasons::ADOPTION_REFUSED,
            message: format!(
                "{} names key {other}, which is nobody's, and the lake has key {own}: point the alias to the lake's key, \
                 or remove it",
                key.alias
            ),
        }))
    }

    /// What is nobody's is taken over by its tags alone, once the user agrees to all that would change of it; ours
    /// then, it is changed as any other.
    fn takeover(&self, live: &Observed) -> Step {
        if let Some(step) = self.has_a_key_already(live).or_else(|| self.lost_record()) {
            return step;
        }
        let Some(desired) = self.desired else {
            return self.without_key();
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
