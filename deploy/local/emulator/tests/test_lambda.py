import io
import zipfile

from .harness import MendTest, eventually

# Puts what it is invoked with on the stream s, as bytes.
CODE = """
const { KinesisClient, PutRecordCommand } = require("@aws-sdk/client-kinesis");
exports.handler = (event) => new KinesisClient({}).send(new PutRecordCommand({
  StreamName: "s", PartitionKey: "k", Data: new TextEncoder().encode(event),
}));
"""


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("index.js", CODE)
    return content.getvalue()


class Function(MendTest):
    def setUp(self):
        super().setUp()
        self.functions = self.client("lambda")
        self.functions.create_function(
            FunctionName="f",
            Runtime="nodejs22.x",
            Handler="index.handler",
            Role=self.role("lambda", "kinesis:PutRecord"),
            Code={"ZipFile": archive()},
            LoggingConfig={"LogGroup": "/own"},
        )

    def configuration(self):
        return self.functions.get_function_configuration(FunctionName="f")

    def settled(self):
        wanted = ("Active", "Successful")
        return eventually(self.configuration, lambda seen: (seen["State"], seen["LastUpdateStatus"]) == wanted)

    def describe(self, text):
        self.functions.update_function_configuration(FunctionName="f", Description=text)

    def test_a_new_function_refuses_to_be_invoked_or_changed(self):
        self.refused("ResourceConflictException", self.functions.invoke, FunctionName="f")
        message = self.refused("ResourceConflictException", self.describe, text="d")
        self.assertIn("An update is in progress", message)
        self.settled()

    def test_an_update_is_in_progress_for_a_moment_and_the_function_stays_active(self):
        self.settled()
        self.describe("d")
        seen = self.configuration()
        self.assertEqual((seen["State"], seen["LastUpdateStatus"]), ("Active", "InProgress"))
        self.refused(
            "ResourceConflictException", self.functions.update_function_code, FunctionName="f", ZipFile=archive()
        )
        self.settled()

    def test_bytes_that_a_function_sends_to_a_stream_arrive(self):
        kinesis = self.client("kinesis")
        kinesis.create_stream(StreamName="s", ShardCount=1)
        summary = lambda: kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]
        eventually(summary, lambda seen: seen["StreamStatus"] == "ACTIVE")
        self.settled()
        answer = self.functions.invoke(FunctionName="f", Payload=b'"hello"')
        self.assertNotIn("FunctionError", answer)
        shard = {"StreamName": "s", "ShardId": "shardId-000000000000"}
        start = kinesis.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        records = kinesis.get_records(ShardIterator=start)["Records"]
        self.assertEqual([record["Data"] for record in records], [b"hello"])

    def test_reads_fill_in_the_log_format(self):
        self.assertEqual(self.configuration()["LoggingConfig"], {"LogFormat": "Text", "LogGroup": "/own"})
