//! What people and other programs do to a lake's resources behind the operator's back.

mod hands;

use super::Cloud;
use crate::model::arn::Scope;
use crate::model::kinds::delivery::Destination;
use crate::model::kinds::{bucket, crawler, function, role, stream, table, workgroup};
use crate::model::owner::Tags;
use crate::model::topology::Id;

pub use hands::{HANDS, Hand, LEFT};

fn key<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut crate::model::kinds::key::Observed> {
    cloud.keys.get_mut(arn).map(|live| &mut live.seen)
}

fn bucket<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut bucket::Observed> {
    cloud.buckets.get_mut(arn).map(|live| &mut live.seen)
}

fn stream<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut stream::Observed> {
    cloud.streams.get_mut(arn).map(|live| &mut live.seen)
}

fn role<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut role::Observed> {
    cloud.roles.get_mut(arn).map(|live| &mut live.seen)
}

fn table<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut table::TableInput> {
    cloud.tables.get_mut(arn).map(|live| &mut live.input)
}

fn destination<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut Destination> {
    cloud.deliveries.get_mut(arn)?.seen.destination.as_mut()
}

fn crawler<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut crawler::Observed> {
    cloud.crawlers.get_mut(arn)
}

fn workgroup<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut workgroup::Observed> {
    cloud.workgroups.get_mut(arn)
}

fn function<'a>(cloud: &'a mut Cloud, arn: &str) -> Option<&'a mut function::Observed> {
    cloud.functions.get_mut(arn).map(|live| &mut live.seen)
}

impl Cloud {
    /// Takes a resource away, whatever needs it; says whether it was there.
    pub fn take_away(&mut self, id: Id, arn: &str) -> bool {
        match id {
            Id::LakeBucket | Id::RawBucket => self.buckets.remove(arn).is_some(),
            Id::LogGroup | Id::PublisherLogGroup => self.log_groups.remove(arn).is_some(),
            Id::Stream => self.streams.remove(arn).is_some(),
            Id::Database => self.databases.remove(arn).is_some(),
            Id::Table => self.tables.remove(arn).is_some(),
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => self.roles.remove(arn).is_some(),
            Id::Delivery => self.deliveries.remove(arn).is_some(),
            Id::Crawler => self.crawlers.remove(arn).is_some(),
            Id::Workgroup => self.workgroups.remove(arn).is_some(),
            Id::Publisher => self.functions.remove(arn).is_some(),
            Id::BucketKey | Id::StreamKey => self.keys.remove(arn).is_some(),
        }
    }

    /// The tags of a resource (a table's parameters), to be altered.
    pub fn tags_mut(&mut self, id: Id, arn: &str) -> Option<&mut Tags> {
        Some(match id {
            Id::LakeBucket | Id::RawBucket => &mut bucket(self, arn)?.tags,
            Id::LogGroup | Id::PublisherLogGroup => &mut self.log_groups.get_mut(arn)?.seen.tags,
            Id::Stream => &mut stream(self, arn)?.tags,
            Id::Database => &mut self.databases.get_mut(arn)?.tags,
            Id::Table => &mut table(self, arn)?.parameters,
            Id::DeliveryRole | Id::CrawlerRole | Id::PublisherRole => &mut role(self, arn)?.tags,
            Id::Delivery => &mut self.deliveries.get_mut(arn)?.seen.tags,
            Id::Crawler => &mut crawler(self, arn)?.tags,
            Id::Workgroup => &mut workgroup(self, arn)?.tags,
            Id::Publisher => &mut function(self, arn)?.tags,
            Id::BucketKey | Id::StreamKey => &mut key(self, arn)?.tags,
        })
    }

    /// The key behind an alias.
    pub fn key_behind(&self, place: &Scope, alias: &str) -> Option<String> {
        let id = self.aliases.get(&place.key_alias(alias).to_string())?;
        Some(place.key(id).to_string())
    }
}
