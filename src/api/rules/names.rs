//! Rules on the user's own names: what each service takes, and no name twice.

use super::Rule;

/// What has a field in `spec.existing`, too.
const EXISTING: [&str; 4] = ["lakeBucket", "rawBucket", "stream", "database"];

/// What a service takes as a name; the schema bounds the length.
struct Naming {
    fields: &'static [&'static str],
    /// Must hold of `name`.
    cel: &'static str,
    message: &'static str,
}

const NAMINGS: [Naming; 9] = [
    // S3 User Guide, "General purpose bucket naming rules"; no dots, they break TLS for virtual-hosted addresses.
    Naming {
        fields: &["lakeBucket", "rawBucket"],
        cel: "name.matches('^[a-z0-9][a-z0-9-]+[a-z0-9]$') \
              && !name.matches('^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$')",
        message: "S3 refuses this bucket name: write 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends and none of S3's own prefixes or suffixes",
    },
    // KMS API reference, CreateAlias.
    Naming {
        fields: &["bucketKeyAlias", "streamKeyAlias"],
        cel: "name.matches('^alias/[a-zA-Z0-9/_-]+$') && !name.startsWith('alias/aws/')",
        message: "KMS refuses this alias: write alias/ and then letters, digits, / _ and - (alias/aws/ is AWS's own)",
    },
    // Kinesis API reference, CreateStream; Firehose API reference, CreateDeliveryStream.
    Naming {
        fields: &["stream", "deliveryStream"],
        cel: "name.matches('^[a-zA-Z0-9_.-]+$')",
        message: "the service refuses this name: write letters, digits, _ . and -",
    },
    // Athena User Guide, "Name databases, tables, and columns".
    Naming {
        fields: &["database", "table"],
        cel: "name.matches('^[a-z][a-z0-9_]*$')",
        message: "Athena refuses this name: write lower-case letters, digits and _, starting with a letter",
    },
    Naming {
        fields: &["crawler"],
        cel: "name.matches('^[a-zA-Z0-9_.-]+$')",
        message: "write letters, digits, _ . and -",
    },
    // Athena API reference, CreateWorkGroup.
    Naming {
        fields: &["workgroup"],
        cel: "name.matches('^[a-zA-Z0-9._-]+$') && name != 'primary'",
        message: "Athena refuses this workgroup: write letters, digits, _ . and -, and not primary, which every account has",
    },
    // IAM API reference, CreateRole.
    Naming {
        fields: &["deliveryRole", "crawlerRole", "publisherRole"],
        cel: "name.matches('^[a-zA-Z0-9_+=,.@-]+$')",
        message: "IAM refuses this role name: write letters, digits and _ + = , . @ -",
    },
    // Lambda API reference, CreateFunction.
    Naming {
        fields: &["publisher"],
        cel: "name.matches('^[a-zA-Z0-9_-]+$')",
        message: "Lambda refuses this function name: write letters, digits, _ and -",
    },
    // CloudWatch Logs API reference, CreateLogGroup.
    Naming {
        fields: &["logGroup"],
        cel: "name.matches('^[a-zA-Z0-9_/.#-]+$') && !name.startsWith('aws/')",
        message: "CloudWatch Logs refuses this log group: write letters, digits and _ / . # -, and not aws/ in front",
    },
];

/// The names of an object of the spec that has fields called like these.
fn charset(on: &'static str) -> impl Iterator<Item = Rule> {
    let fields = NAMINGS
        .iter()
        .flat_map(|naming| naming.fields.iter().map(move |field| (naming, field)));
    fields
        .filter(move |(_, field)| on == "spec.names" || EXISTING.contains(field))
        .map(move |(naming, field)| {
            let cel = naming
                .cel
                .replace("name.", &format!("self.{field}."))
                .replace("name ", &format!("self.{field} "));
            Rule::new(on, format!("!has(self.{field}) || {cel}"), naming.message).field(format!(".{field}"))
        })
}

pub(super) fn rules() -> Vec<Rule> {
    let charset = ["spec.names", "spec.existing"].into_iter().flat_map(charset);
    let twins = [
        (
            "lakeBucket",
            "rawBucket",
            "the lake and the raw copies need a bucket each",
        ),
        ("bucketKeyAlias", "streamKeyAlias", "an alias names one key"),
        (
            "deliveryRole",
            "crawlerRole",
            "each service has a role of its own",
        ),
        (
            "deliveryRole",
            "publisherRole",
            "each service has a role of its own",
        ),
        (
            "crawlerRole",
            "publisherRole",
            "each service has a role of its own",
        ),
    ]
    .into_iter()
    .map(|(one, other, why)| {
        // IAM does not tell upper from lower case in role names (IAM User Guide, "IAM and AWS STS quotas").
        let cel = format!(
            "!has(self.{one}) || !has(self.{other}) || self.{one}.lowerAscii() != self.{other}.lowerAscii()"
        );
        Rule::new(
            "spec.names",
            cel,
            format!("{why}: write a name other than that of {one}"),
        )
        .field(format!(".{other}"))
    });
    charset.chain(twins).collect()
}
