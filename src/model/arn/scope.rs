//! The ARN of each kind of resource in one account and region.

use serde::{Deserialize, Serialize};

use super::{AccountId, Arn, Partition, Region};

/// One account in one region: where a lake is.
///
/// The forms are those of the Service Authorization Reference, "Resource types defined by …".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The region of every resource that has one.
    pub region: Region,
    /// The account that owns them all.
    pub account: AccountId,
}

impl Scope {
    /// The partition of the region.
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }

    /// A resource of this region and account.
    fn regional(&self, service: &str, resource: String) -> Arn {
        Arn {
            partition: self.partition(),
            service: service.to_owned(),
            region: self.region.to_string(),
            account: self.account.to_string(),
            resource,
        }
    }

    /// A resource of IAM, which has no region.
    fn iam(&self, resource: String) -> Arn {
        Arn {
            region: String::new(),
            ..self.regional("iam", resource)
        }
    }

    /// The account itself as a principal.
    pub fn root(&self) -> Arn {
        self.iam("root".to_owned())
    }

    /// A role without a path.
    pub fn role(&self, name: &str) -> Arn {
        self.iam(format!("role/{name}"))
    }

    /// A bucket (no region, no account: bucket names are unique in the partition).
    pub fn bucket(&self, name: &str) -> Arn {
        Arn {
            partition: self.partition(),
            service: "s3".to_owned(),
            region: String::new(),
            account: String::new(),
            resource: name.to_owned(),
        }
    }

    /// Objects of a bucket: `pattern` is a key, or the start of one with `*`.
    pub fn objects(&self, bucket: &str, pattern: &str) -> Arn {
        self.bucket(&format!("{bucket}/{pattern}"))
    }

    /// A KMS key by its id.
    pub fn key(&self, id: &str) -> Arn {
        self.regional("kms", format!("key/{id}"))
    }

    /// A KMS alias by its name, `alias/` included.
    pub fn key_alias(&self, name: &str) -> Arn {
        self.regional("kms", name.to_owned())
    }

    /// A Kinesis data stream.
    pub fn stream(&self, name: &str) -> Arn {
        self.regional("kinesis", format!("stream/{name}"))
    }

    /// A Firehose delivery stream.
    pub fn delivery_stream(&self, name: &str) -> Arn {
        self.regional("firehose", format!("deliverystream/{name}"))
    }

    /// The account's Glue catalog, which every permission on a database or table also needs.
    pub fn catalog(&self) -> Arn {
        self.regional("glue", "catalog".to_owned())
    }

    /// A Glue database.
    pub fn database(&self, name: &str) -> Arn {
        self.regional("glue", format!("database/{name}"))
    }

    /// A Glue table.
    pub fn table(&self, database: &str, name: &str) -> Arn {
        self.regional("glue", format!("table/{database}/{name}"))
    }

    /// A Glue crawler.
    pub fn crawler(&self, name: &str) -> Arn {
        self.regional("glue", format!("crawler/{name}"))
    }

    /// A Lambda function, unqualified.
    pub fn function(&self, name: &str) -> Arn {
        self.regional("lambda", format!("function:{name}"))
    }

    /// A log group, in the form without `:*` that the tagging calls of CloudWatch Logs take.
    pub fn log_group(&self, name: &str) -> Arn {
        self.regional("logs", format!("log-group:{name}"))
    }

    /// Log streams of a group: `stream` is a name or `*`.
    pub fn log_stream(&self, group: &str, stream: &str) -> Arn {
        self.regional("logs", format!("log-group:{group}:log-stream:{stream}"))
    }

    /// An Athena workgroup.
    pub fn workgroup(&self, name: &str) -> Arn {
        self.regional("athena", format!("workgroup/{name}"))
    }

    /// A service's host name in this region, as `kms:ViaService` compares it.
    pub fn host(&self, service: &str) -> String {
        format!("{service}.{}.{}", self.region, self.partition().dns_suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(region: &str) -> Scope {
        Scope {
            region: Region::parse(region).unwrap(),
            account: AccountId::parse("123456789012").unwrap(),
        }
    }

    #[test]
    fn each_kind_of_resource_has_the_arn_that_aws_gives_it() {
        let here = scope("eu-west-1");
        for (arn, text) in [
            (here.root(), "arn:aws:iam::123456789012:root"),
            (here.role("r"), "arn:aws:iam::123456789012:role/r"),
            (here.bucket("b"), "arn:aws:s3:::b"),
            (here.objects("b", "data/*"), "arn:aws:s3:::b/data/*"),
            (here.key("k"), "arn:aws:kms:eu-west-1:123456789012:key/k"),
            (
                here.key_alias("alias/a"),
                "arn:aws:kms:eu-west-1:123456789012:alias/a",
            ),
            (
                here.stream("s"),
                "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
            ),
            (
                here.delivery_stream("f"),
                "arn:aws:firehose:eu-west-1:123456789012:deliverystream/f",
            ),
            (here.catalog(), "arn:aws:glue:eu-west-1:123456789012:catalog"),
            (
                here.database("d"),
                "arn:aws:glue:eu-west-1:123456789012:database/d",
            ),
            (
                here.table("d", "t"),
                "arn:aws:glue:eu-west-1:123456789012:table/d/t",
            ),
            (here.crawler("c"), "arn:aws:glue:eu-west-1:123456789012:crawler/c"),
            (
                here.function("f"),
                "arn:aws:lambda:eu-west-1:123456789012:function:f",
            ),
            (
                here.log_group("/g"),
                "arn:aws:logs:eu-west-1:123456789012:log-group:/g",
            ),
            (
                here.log_stream("/g", "*"),
                "arn:aws:logs:eu-west-1:123456789012:log-group:/g:log-stream:*",
            ),
            (
                here.workgroup("w"),
                "arn:aws:athena:eu-west-1:123456789012:workgroup/w",
            ),
        ] {
            assert_eq!(arn.to_string(), text);
            assert_eq!(Arn::parse(text), Ok(arn), "reading it back gives the same");
        }
    }

    #[test]
    fn other_partitions_have_their_own_arns_and_hosts() {
        let china = scope("cn-north-1");
        assert_eq!(china.bucket("b").to_string(), "arn:aws-cn:s3:::b");
        assert_eq!(china.host("s3"), "s3.cn-north-1.amazonaws.com.cn");
        assert_eq!(
            scope("us-gov-west-1").host("kinesis"),
            "kinesis.us-gov-west-1.amazonaws.com"
        );
    }
}
