"""The account: that it is the one that was named, the operator's role in it, and what is left of a run.

Whatever a run makes begins with its own prefix, so that all of it can be found by name.
"""

import json
import subprocess

from botocore.exceptions import ClientError

from ground import say, until

# Glue logs each crawl to a stream of the crawler's name, in one log group for all crawlers of an account and region.
CRAWLER_LOGS = "/aws-glue/crawlers"


class Account:
    def __init__(self, session, endpoint, account, prefix):
        self.session, self.endpoint, self.account, self.prefix = session, endpoint, account, prefix
        self.role = f"smoke-operator-{prefix}"

    def client(self, service, **credentials):
        return self.session.client(service, endpoint_url=self.endpoint, **credentials)

    def check(self):
        """Refuses any other account than the one that was named."""
        found = self.client("sts").get_caller_identity()["Account"]
        if found != self.account:
            raise SystemExit(f"smoke: these credentials are of account {found}, not {self.account}: nothing was done")

    def make_role(self, programs):
        """A role with the operator's generated policy and nothing else."""
        iam = self.client("iam")
        text = subprocess.run(
            [programs / "datalake-operator", "iam-policy", "--account", self.account, "--name-prefix", self.prefix,
             "--region", self.session.region_name, "--cluster-id", self.prefix],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        trust = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": self.account}, "Action": "sts:AssumeRole"}]}
        self.arn = iam.create_role(RoleName=self.role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=self.role, PolicyName="operator", PolicyDocument=json.dumps(json.loads(text)))

    def assume(self, **more):
        """Credentials of the role, once IAM knows it."""
        def ask():
            try:
                found = self.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="smoke", **more)["Credentials"]
                keys = {"aws_access_key_id": found["AccessKeyId"], "aws_secret_access_key": found["SecretAccessKey"],
                        "aws_session_token": found["SessionToken"]}
                if not more:
                    self.client("kms", **keys).list_aliases(Limit=1)
                return keys
            except ClientError as error:
                if "AccessDenied" not in error.response["Error"]["Code"]:
                    raise
        return until("the operator's role can be assumed", ask, 120, 5)

    def found(self):
        """What there is under the prefix: kind and name, in an order in which it can be removed."""
        mine = lambda names: sorted(name for name in names if name.startswith((f"{self.prefix}-", f"{self.prefix}_")))
        pages = lambda service, call, key, **more: [
            item for page in self.client(service).get_paginator(call).paginate(**more) for item in page[key]]
        found = [("crawler", name) for name in mine(c["Name"] for c in pages("glue", "get_crawlers", "Crawlers"))]
        found += [("delivery stream", name) for name in mine(self.delivery_streams())]
        found += [("function", name) for name in mine(f["FunctionName"] for f in pages("lambda", "list_functions", "Functions"))]
        found += [("workgroup", name) for name in mine(self.workgroups())]
        found += [("database", name) for name in mine(d["Name"] for d in pages("glue", "get_databases", "DatabaseList"))]
        found += [("stream", name) for name in mine(pages("kinesis", "list_streams", "StreamNames"))]
        for start in ("/aws/kinesisfirehose/", "/aws/lambda/"):
            groups = pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=f"{start}{self.prefix}-")
            found += [("log group", group["logGroupName"]) for group in groups]
        found += [("crawler log", name) for name in mine(self.crawler_logs())]
        found += [("bucket", name) for name in mine(b["Name"] for b in self.client("s3").list_buckets()["Buckets"])]
        found += [("role", name) for name in mine(r["RoleName"] for r in pages("iam", "list_roles", "Roles"))]
        return found + [("key", name) for name in self.keys()]

    def crawler_logs(self):
        """Log streams of this run's crawlers, once the log group is there: the first crawl of the account makes it."""
        logs = self.client("logs")
        of_this_run = {"logGroupName": CRAWLER_LOGS, "logStreamNamePrefix": f"{self.prefix}-"}
        pages = logs.get_paginator("describe_log_streams").paginate(**of_this_run)
        try:
            return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
        except logs.exceptions.ResourceNotFoundException:
            return []

    def delivery_streams(self):
        names, more = [], True
        while more:
            start = {"ExclusiveStartDeliveryStreamName": names[-1]} if names else {}
            page = self.client("firehose").list_delivery_streams(**start)
            names += page["DeliveryStreamNames"]
            more = page["HasMoreDeliveryStreams"]
        return names

    def workgroups(self):
        names, token = [], {}
        while True:
            page = self.client("athena").list_work_groups(**token)
            names += [group["Name"] for group in page["WorkGroups"]]
            if not page.get("NextToken"):
                return names
            token = {"NextToken": page["NextToken"]}

    def keys(self):
        """Keys of this run's lake that nobody has scheduled for deletion, by tag and, where one is left, by alias."""
        kms = self.client("kms")
        tagging = self.client("resourcegroupstaggingapi").get_paginator("get_resources")
        tags = [{"Key": "datalake-operator.io/cluster", "Values": [self.prefix]}]
        pages = tagging.paginate(TagFilters=tags, ResourceTypeFilters=["kms:key"])
        keys = {item["ResourceARN"].split("/")[-1] for page in pages for item in page["ResourceTagMappingList"]}
        aliases = [a for page in kms.get_paginator("list_aliases").paginate() for a in page["Aliases"]]
        keys |= {a["TargetKeyId"] for a in aliases if a["AliasName"].startswith(f"alias/{self.prefix}-")}
        return sorted(key for key in keys if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] != "PendingDeletion")

    def remove(self):
        """Removes what is found, without the operator; what must wait for something else goes the next time round."""
        def ask():
            found = self.found()
            for kind, name in found:
                try:
                    self.remove_one(kind, name)
                except ClientError as error:
                    say(f"{kind} {name}: {error}")
            return not found
        until("all is removed", ask, 600, 10)

    def remove_one(self, kind, name):
        say(f"removing {kind} {name}")
        glue, iam, s3 = (self.client(service) for service in ("glue", "iam", "s3"))
        match kind:
            case "crawler": glue.delete_crawler(Name=name)
            case "delivery stream": self.client("firehose").delete_delivery_stream(DeliveryStreamName=name, AllowForceDelete=True)
            case "function": self.client("lambda").delete_function(FunctionName=name)
            case "workgroup": self.client("athena").delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
            case "database": glue.delete_database(Name=name)
            case "stream": self.client("kinesis").delete_stream(StreamName=name, EnforceConsumerDeletion=True)
            case "log group": self.client("logs").delete_log_group(logGroupName=name)
            # Never the group, nor a stream of anybody else's crawler.
            case "crawler log": self.client("logs").delete_log_stream(logGroupName=CRAWLER_LOGS, logStreamName=name)
            case "key": self.client("kms").schedule_key_deletion(KeyId=name, PendingWindowInDays=7)
            case "role":
                for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                    iam.delete_role_policy(RoleName=name, PolicyName=policy)
                iam.delete_role(RoleName=name)
            case "bucket":
                for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
                    for item in page.get("Versions", []) + page.get("DeleteMarkers", []):
                        s3.delete_object(Bucket=name, Key=item["Key"], VersionId=item["VersionId"])
                for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=name):
                    for item in page.get("Uploads", []):
                        s3.abort_multipart_upload(Bucket=name, Key=item["Key"], UploadId=item["UploadId"])
                s3.delete_bucket(Bucket=name)

    def remove_role(self):
        iam = self.client("iam")
        try:
            for policy in iam.list_role_policies(RoleName=self.role)["PolicyNames"]:
                iam.delete_role_policy(RoleName=self.role, PolicyName=policy)
            iam.delete_role(RoleName=self.role)
        except iam.exceptions.NoSuchEntityException:
            pass
