//! Whether records would arrive: what no configuration call tells.

use super::firehose::{self, SERVICE};
use super::iam::{self, Need};
use super::{Cloud, Stream};
use crate::model::arn::{AccountId, Arn, KeyArn, Region, Scope};
use crate::model::kinds::delivery::Destination;

impl Cloud {
    /// Whether the delivery stream of this ARN would now read its source, convert, and write data, errors and raw copies;
    /// or why not (Firehose developer guide, "Controlling access" and "Data delivery errors").
    pub fn delivers(&self, arn: &str) -> Result<(), String> {
        let live = &self
            .deliveries
            .get(arn)
            .ok_or("there is no such delivery stream")?
            .seen;
        let here = place(arn).ok_or("not an ARN")?;
        if live.status != "ACTIVE" {
            return Err(format!("the delivery stream is {}", live.status));
        }
        let source = self
            .streams
            .get(&live.stream_arn)
            .ok_or("its source stream is gone")?;
        self.reads(&here, source, &live.source_role_arn)?;
        let to = live.destination.as_ref().ok_or("it has no destination")?;
        if let Some(conversion) = &to.conversion {
            let schema = &conversion.schema;
            let table = here.table(&schema.database, &schema.table).to_string();
            self.tables.get(&table).ok_or("the table is gone")?;
            self.may(&schema.role_arn, &firehose::schema_needs(&here, schema))?;
        }
        self.writes_to(&here, to)?;
        to.backup
            .as_deref()
            .map_or(Ok(()), |backup| self.writes_to(&here, backup))
    }

    fn reads(&self, here: &Scope, source: &Stream, role: &str) -> Result<(), String> {
        let actions = [
            "kinesis:GetShardIterator",
            "kinesis:GetRecords",
            "kinesis:ListShards",
        ];
        let mut needs: Vec<Need<'_>> = actions.map(|action| Need::new(action, &source.seen.arn)).into();
        if let Some(key) = &source.seen.key {
            self.key_works(key)?;
            let mut need = Need::new("kms:Decrypt", key);
            need.context.push(("kms:ViaService", here.host("kinesis")));
            need.context
                .push(("kms:EncryptionContext:aws:kinesis:arn", source.seen.arn.clone()));
            needs.push(need);
        }
        self.may(role, &needs)
    }

    /// Both prefixes: if not even the error can be written, Firehose stops delivering.
    fn writes_to(&self, here: &Scope, to: &Destination) -> Result<(), String> {
        let bucket = self.buckets.get(&to.bucket_arn);
        let bucket = bucket.ok_or_else(|| format!("bucket {} is gone", to.bucket_arn))?;
        let objects = [&to.prefix, &to.error_prefix].map(|prefix| {
            let literal = prefix.split("!{").next().unwrap_or_default();
            format!("{}/{literal}object", to.bucket_arn)
        });
        let mut needs: Vec<Need<'_>> = objects
            .iter()
            .map(|object| Need::new("s3:PutObject", object))
            .collect();
        let encryption = bucket.seen.encryption.as_ref();
        let default = encryption
            .filter(|e| e.algorithm == "aws:kms")
            .and_then(|e| e.key.as_ref());
        // With Bucket Keys the context is the bucket's ARN, not the object's (S3 user guide, "Bucket Keys").
        let bucket_key = encryption.is_some_and(|e| e.bucket_key);
        if let Some(key) = to.key_arn.as_ref().or(default) {
            self.key_works(key)?;
            for object in objects {
                let mut need = Need::new("kms:GenerateDataKey", key);
                let context = if bucket_key { to.bucket_arn.clone() } else { object };
                need.context.push(("kms:ViaService", here.host("s3")));
                need.context.push(("kms:EncryptionContext:aws:s3:arn", context));
                needs.push(need);
            }
        }
        self.may(&to.role_arn, &needs)
    }

    fn key_works(&self, arn: &str) -> Result<(), String> {
        let key = KeyArn::parse(arn).map_err(|error| error.to_string())?;
        let live = self.keys.get(&key.to_string());
        let state = live.map_or("gone", |key| key.seen.state.as_str());
        if state == "Enabled" {
            Ok(())
        } else {
            Err(format!("key {arn} is {state}"))
        }
    }

    fn may(&self, role: &str, needs: &[Need<'_>]) -> Result<(), String> {
        if iam::usable(self, role, SERVICE, needs).is_ok() {
            return Ok(());
        }
        iam::usable(self, role, SERVICE, &[]).map_err(|_| format!("Firehose cannot assume {role}"))?;
        let denied = |need: &&Need<'_>| iam::usable(self, role, SERVICE, std::slice::from_ref(need)).is_err();
        match needs.iter().find(denied) {
            Some(need) => Err(format!("{role} may not {} {}", need.action, need.resource)),
            None => Ok(()),
        }
    }
}

/// Region and account of an ARN.
fn place(arn: &str) -> Option<Scope> {
    let arn = Arn::parse(arn).ok()?;
    Some(Scope {
        region: Region::parse(&arn.region).ok()?,
        account: AccountId::parse(&arn.account).ok()?,
    })
}
