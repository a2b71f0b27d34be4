"""What only a real account can settle: each probe does something, and says what was expected and what was seen."""

import json
import re
import time

from botocore.exceptions import ClientError

from ground import LAKE, Over, say, until

EVENTS = 10
# Firehose gathers for a minute; an object may take some more.
ARRIVAL_SECONDS = 420


class Probes:
    def __init__(self, ground, account):
        self.ground, self.account, self.rows, self.sent = ground, account, [], 0

    def make(self, probe):
        """One that fails does not keep the others from being made; time that is over does."""
        try:
            probe()
        except (Exception, Over) as error:
            self.tell("", f"{probe.__name__.replace('_', ' ')} came to an end", "yes", f"{type(error).__name__}: {error}", False)
            if isinstance(error, Over):
                raise

    def tell(self, point, what, expected, seen, holds):
        """`holds` is None where nothing was expected: it is told for the record."""
        verdict = {True: "as expected", False: "DIFFERS", None: "for the record"}[holds]
        self.rows.append((point, what, expected, seen, verdict))
        say(f"{point} {what}: {seen} ({verdict})")

    def connection(self):
        return self.ground.lake()["status"]["connection"]

    def name(self, id):
        return next(r["name"] for r in self.ground.lake()["status"]["resources"] if r["id"] == id)

    def becomes_ready(self, seconds):
        """A new lake, with what it was refused on the way."""
        start, told = time.monotonic(), set()
        def ask():
            resources = (self.ground.lake() or {}).get("status", {}).get("resources", [])
            told.update(f"{r['id']}: {r['message']}" for r in resources if r.get("message") and r["state"] == "Failed")
            return self.ground.ready()
        until("Ready", ask, seconds, 1)
        took = time.monotonic() - start
        self.tell("1", "seconds from apply to Ready", f"below {seconds}", f"{took:.0f}", True)
        for message in sorted(told):
            say(f"1 refused on the way: {message}")
        self.tell("1", "messages of failed resources on the way", "", str(len(told)), None)

    def stays_silent(self):
        """What AWS says of what was written is taken for what was written."""
        before = self.ground.writes()
        passes = self.ground.calls().get(("firehose:DescribeDeliveryStream", "ok"), 0)
        enough = lambda: self.ground.calls().get(("firehose:DescribeDeliveryStream", "ok"), 0) >= passes + 3
        until("three looks at a lake in sync", enough, 180)
        after = {key: n for key, n in self.ground.writes().items() if n != before.get(key)}
        self.tell("2", "writes in three looks at a lake in sync", "0", str(after or 0), not after)
        stream = self.describe()
        conversion = stream["Destinations"][0]["ExtendedS3DestinationDescription"]
        say(f"2 what Firehose echoes: {json.dumps(conversion, default=str)}")

    def describe(self):
        found = self.account.client("firehose").describe_delivery_stream(DeliveryStreamName=self.name("delivery-stream"))
        return found["DeliveryStreamDescription"]

    def nothing_was_denied(self):
        """The whole run is made under the generated policy. Keys of others may refuse to tell their tags."""
        denied = [call for call, outcome in self.ground.calls() if outcome == "access-denied" and call != "kms:ListResourceTags"]
        self.tell("14", "calls denied under the generated policy", "none", ", ".join(denied) or "none", not denied)

    def events(self, through_function=False):
        """Some events, with numbers that go on."""
        lines = []
        for number in range(self.sent + 1, self.sent + EVENTS + 1):
            event = {"staffName": f"Staff {number}", "staffId": number, "emailId": "staff@example.com", "status": "joined"}
            about = {"appName": "smoke", "eventType": "StaffChanged", "sourceTimestamp": "2026-01-02T03:04:05Z"}
            lines.append(json.dumps({"event": event, "metadata": about, "number": number}))
        self.sent += EVENTS
        flags = ["--through-function"] if through_function else []
        self.ground.plugin("publish", "-", *flags, text="\n".join(lines) + "\n")

    def query(self, columns):
        """The one row of an aggregate over the table."""
        text = self.ground.plugin("query", f"SELECT {columns} FROM {self.connection()['table']}", "-o", "csv")
        return re.findall(r"-?\d+", text.strip().splitlines()[-1])

    def arrive(self, crawl):
        def ask():
            if crawl:
                self.ground.plugin("crawl", "--wait")
            return self.query("count(*)") == [str(self.sent)]
        until(f"{self.sent} rows", ask, ARRIVAL_SECONDS, 15)

    def data_flows(self):
        """Trusts, keys' contexts and policies of all three roles, and the reader's."""
        start = time.monotonic()
        self.events(through_function=True)
        self.arrive(crawl=True)
        self.tell("4, 5", "rows by way of function, stream, delivery, crawl and query", str(self.sent), str(self.sent), True)
        say(f"4, 5 rows after {time.monotonic() - start:.0f} s")
        # `staffId` in the JSON is `staffid` in the table.
        counted = self.query("count(event.staffid), count(event.staffname), count(metadata.sourcetimestamp)")
        self.tell("7", "fields in mixed case that have a value", str([str(self.sent)] * 3), str(counted),
                  counted == [str(self.sent)] * 3)

    def crawler_leaves_the_table(self):
        connection, before = self.connection(), self.ground.writes()
        table = self.account.client("glue").get_table(DatabaseName=connection["database"], Name=connection["table"])["Table"]
        parameters = table["Parameters"]
        ours = parameters.get("datalake-operator.io/name") == LAKE
        self.tell("9", "our mark on the table after a crawl", "there", "there" if ours else "gone", ours)
        added = sorted(key for key in parameters if "crawler" in key.lower() or key.startswith("UPDATED_BY"))
        self.tell("9", "parameters that the crawler added", "", ", ".join(added) or "none", None)
        reads = self.ground.calls().get(("glue:GetTable", "ok"), 0)
        until("a look at the table", lambda: self.ground.calls().get(("glue:GetTable", "ok"), 0) >= reads + 2, 120)
        fights = self.ground.writes().get(("glue:UpdateTable", "ok"), 0) - before.get(("glue:UpdateTable", "ok"), 0)
        self.tell("9", "writes to the table after a crawl", "0", str(fights), fights == 0)

    def update_increments_the_version(self):
        stream = self.describe()
        destination = stream["Destinations"][0]
        hints = destination["ExtendedS3DestinationDescription"]["BufferingHints"]
        self.account.client("firehose").update_destination(
            DeliveryStreamName=stream["DeliveryStreamName"], CurrentDeliveryStreamVersionId=stream["VersionId"],
            DestinationId=destination["DestinationId"], ExtendedS3DestinationUpdate={"BufferingHints": hints})
        now = self.describe()["VersionId"]
        self.tell("3", "VersionId after an update with the same content", "another", f"{stream['VersionId']}, then {now}",
                  now != stream["VersionId"])

    def stale_version_is_refused(self):
        connection, glue = self.connection(), self.account.client("glue")
        table = glue.get_table(DatabaseName=connection["database"], Name=connection["table"])["Table"]
        known = ("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
        same = {key: table[key] for key in known if table.get(key)}
        version = table.get("VersionId", "0")
        glue.update_table(DatabaseName=connection["database"], TableInput=same, VersionId=version, SkipArchive=True)
        code = self.code(lambda: glue.update_table(
            DatabaseName=connection["database"], TableInput=same, VersionId=version, SkipArchive=True))
        self.tell("6", "UpdateTable with a stale VersionId", "ConcurrentModificationException", code,
                  code == "ConcurrentModificationException")

    def code(self, call):
        """The error's code, or `ok`."""
        try:
            call()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "ok"

    def widen_and_project(self):
        """Files of before hold an int, those of after a bigint; partitions are no longer asked for."""
        columns = self.ground.lake()["spec"]["schema"]["columns"]
        columns[2]["type"] = "bigint"
        self.ground.edit({"schema": {"columns": columns}, "partitioning": {"discovery": "Projection"},
                          "stream": {"shards": 2}, "retention": {"rawDays": 3}})
        until("the edit", self.ground.ready, 300)
        self.events()
        self.arrive(crawl=False)
        want = [str(self.sent), str(self.sent * (self.sent + 1) // 2)]
        got = self.query("count(number), sum(number)")
        self.tell("8", "rows of int and bigint files read as bigint by projection", str(want), str(got), want == got)
        shards = self.ground.calls().get(("kinesis:UpdateShardCount", "ok"), 0)
        self.tell("12", "UpdateShardCount under the generated policy", "ok", "ok" if shards else "refused", shards > 0)

    def scoped_shard_count(self):
        """Whether the policy could name the stream: the session may do anything, but to this stream only."""
        stream = self.connection()["streamArn"]
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kinesis:*", "Resource": stream}]}
        kinesis = self.account.client("kinesis", **self.account.assume(Policy=json.dumps(policy)))
        code = self.code(lambda: kinesis.update_shard_count(
            StreamName=stream.split("/")[-1], TargetShardCount=2, ScalingType="UNIFORM_SCALING"))
        self.tell("12", "UpdateShardCount by a statement on the stream alone", "", code, None)

    def lifecycle_flaps(self):
        bucket, s3 = self.name("raw-bucket"), self.account.client("s3")
        read = lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        rules, seen = read(), []
        rules[0]["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": 6}
        start = time.monotonic()
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
        for _ in range(10):
            days = read()[0].get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
            seen.append((round(time.monotonic() - start, 1), days))
            time.sleep(1)
        old = [at for at, days in seen if days != 6]
        self.tell("11", "seconds for which S3 still told the old rules, or told them again", "below 60", str(max(old, default=0)), None)
        until("the operator's correction", lambda: (read()[0].get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation") != 6, 300)

    def preflight(self):
        iam = self.account.client("iam")
        for what, call in (
            ("DescribeLimits", self.account.client("kinesis").describe_limits),
            ("SimulatePrincipalPolicy", lambda: iam.simulate_principal_policy(
                PolicySourceArn=self.account.arn, ActionNames=["kms:CreateKey"])),
            ("GetDataLakeSettings", self.account.client("lakeformation").get_data_lake_settings),
        ):
            self.tell("14", what, "", self.code(call), None)
        groups = self.account.client("logs").describe_log_groups(logGroupNamePrefix="/aws/kinesisfirehose/" + self.account.prefix)
        days = [group.get("retentionInDays") for group in groups["logGroups"]]
        self.tell("13", "days that the log group keeps", "30", str(days), days == [30])

    def rotation_after_cancelling(self, key):
        """Of a key that the operator has scheduled for deletion, which is scheduled again."""
        kms = self.account.client("kms")
        kms.cancel_key_deletion(KeyId=key)
        try:
            kms.enable_key(KeyId=key)
            on = kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
        finally:
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        self.tell("10", "rotation of a key whose deletion was cancelled", "", "on" if on else "off", None)
