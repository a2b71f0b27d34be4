//! The status of one object as a pass writes it: calls of `CreateKey` and their keys at once, the rest at the end.

use jiff::Timestamp;
use kube::api::PostParams;
use kube::core::Status;
use kube::{Api, ResourceExt};
use tokio::sync::Mutex;

use super::pass::{Ledger, Overtaken};
use crate::api::{Datalake, DatalakeStatus, KeyIntent, Pinned};
use crate::model::arn::Scope;
use crate::model::intent;
use crate::model::topology::Id;
use crate::shell::clock;

/// How often a key that was made is written down anew after somebody else's write.
const TRIES: u32 = 5;

/// Writes on the version of the object that was read, so that whoever has read an older one is refused (409).
pub(super) struct StatusLedger<'a> {
    api: &'a Api<Datalake>,
    /// The object as this pass knows it, with its own writes.
    object: Mutex<Datalake>,
}

impl<'a> StatusLedger<'a> {
    pub fn new(api: &'a Api<Datalake>, object: &Datalake) -> Self {
        Self {
            api,
            object: Mutex::new(object.clone()),
        }
    }

    /// Writes the whole status, if it differs. An edit of the user may have come between: then the status of this pass
    /// is written on top of it, and says by `observedGeneration` what it speaks of. Where another process has written
    /// the status meanwhile, that is a conflict, and the next pass starts from there.
    pub async fn close(&self, status: &DatalakeStatus) -> Result<(), kube::Error> {
        let object = self.object.lock().await;
        if object.status.as_ref() == Some(status) {
            return Ok(());
        }
        let mut target = object.clone();
        target.status = Some(status.clone());
        match self.write(&target).await {
            Err(error) if is_conflict(&error) => {
                target = self.api.get(&object.name_any()).await?;
                if target.status != object.status {
                    return Err(error);
                }
                target.status = Some(status.clone());
                self.write(&target).await.map(drop)
            }
            result => result.map(drop),
        }
    }

    /// The object, if nobody has written to it since it was read.
    async fn unchanged(&self, object: &Datalake) -> Result<Datalake, kube::Error> {
        let latest = self.api.get(&object.name_any()).await?;
        if latest.resource_version() == object.resource_version() {
            return Ok(latest);
        }
        let conflict = Status::failure("the object has been modified", "Conflict").with_code(409);
        Err(kube::Error::Api(conflict.boxed()))
    }

    async fn write(&self, object: &Datalake) -> Result<Datalake, kube::Error> {
        let name = object.name_any();
        self.api
            .replace_status(&name, &PostParams::default(), object)
            .await
    }
}

impl Ledger for StatusLedger<'_> {
    fn now(&self) -> Timestamp {
        clock::now()
    }

    async fn intend(&self, place: &Scope, id: Id, intent: &KeyIntent) -> Result<(), Overtaken> {
        let mut object = self.object.lock().await;
        let result = if intent::is_open(pinned(&object), id, intent) {
            self.unchanged(&object).await
        } else {
            let target = edited(&object, |pinned| intent::open(pinned, place, id, intent));
            self.write(&target).await
        };
        match result {
            Ok(written) => {
                *object = written;
                Ok(())
            }
            Err(error) => {
                tracing::info!(%id, %error, "no key is made: its creation could not be written down first");
                Err(Overtaken)
            }
        }
    }

    async fn key_created(&self, id: Id, nonce: &str, key_id: &str) -> Result<(), Overtaken> {
        let mut object = self.object.lock().await;
        let mut latest = object.clone();
        for _ in 0..TRIES {
            if intent::open_nonce(pinned(&latest), id) != Some(nonce) {
                tracing::warn!(%id, key_id, "another process has given up the call that made this key; it will be removed");
                return Err(Overtaken);
            }
            let target = edited(&latest, |pinned| intent::found(pinned, id, key_id, Some(nonce)));
            let trouble = match self.write(&target).await {
                Ok(written) => {
                    // What another process wrote is not taken for known: what rests on it is refused.
                    if latest.status == object.status {
                        *object = written;
                    }
                    return Ok(());
                }
                Err(error) if is_conflict(&error) => match self.api.get(&object.name_any()).await {
                    Ok(now) => {
                        latest = now;
                        continue;
                    }
                    Err(error) => error,
                },
                Err(error) => error,
            };
            tracing::warn!(%id, key_id, error = %trouble, "could not record a new key at once; its tags will find it");
            break;
        }
        Ok(())
    }
}

fn edited(object: &Datalake, edit: impl FnOnce(&mut Pinned)) -> Datalake {
    let mut target = object.clone();
    let status = target.status.get_or_insert_default();
    edit(status.pinned.get_or_insert_default());
    target
}

fn pinned(object: &Datalake) -> Option<&Pinned> {
    object.status.as_ref()?.pinned.as_ref()
}

fn is_conflict(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 409)
}

#[cfg(test)]
mod tests;
