from .harness import MendTest, eventually


class Kinesis(MendTest):
    def setUp(self):
        super().setUp()
        self.kinesis = self.client("kinesis")
        self.stream = self.arn("kinesis", "stream/s")

    def summary(self):
        return self.kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]

    def status(self):
        return self.summary()["StreamStatus"]

    def active(self):
        eventually(self.status, lambda status: status == "ACTIVE")

    def create(self, **arguments):
        self.kinesis.create_stream(StreamName="s", **{"ShardCount": 1, **arguments})

    def tags(self):
        return self.kinesis.list_tags_for_stream(StreamName="s")["Tags"]

    def test_create_carries_tags(self):
        self.create(Tags={"owner": "me"})
        self.assertEqual(self.tags(), [{"Key": "owner", "Value": "me"}])

    def test_a_new_stream_is_creating_and_then_active(self):
        self.create()
        self.assertEqual(self.status(), "CREATING")
        self.active()

    def test_a_stream_that_is_creating_refuses_changes(self):
        self.create()
        for call, arguments in (
            (self.kinesis.start_stream_encryption, {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}),
            (self.kinesis.increase_stream_retention_period, {"RetentionPeriodHours": 48}),
            (self.kinesis.add_tags_to_stream, {"Tags": {"a": "b"}}),
            (self.kinesis.delete_stream, {}),
        ):
            message = self.refused("ResourceInUseException", call, StreamName="s", **arguments)
            self.assertIn("not ACTIVE, instead in state CREATING", message)

    def test_each_change_makes_it_updating_for_a_moment(self):
        self.create()
        self.active()
        for call, arguments in (
            (self.kinesis.start_stream_encryption, {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}),
            (self.kinesis.increase_stream_retention_period, {"RetentionPeriodHours": 48}),
            (self.kinesis.update_shard_count, {"TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"}),
        ):
            call(StreamName="s", **arguments)
            self.assertEqual(self.status(), "UPDATING", call)
            self.active()
        seen = self.summary()
        self.assertEqual((seen["EncryptionType"], seen["RetentionPeriodHours"], seen["OpenShardCount"]), ("KMS", 48, 2))

    def test_records_are_taken_while_it_is_updating(self):
        self.create()
        self.active()
        self.kinesis.increase_stream_retention_period(StreamName="s", RetentionPeriodHours=48)
        self.kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"{}")
        self.assertEqual(self.status(), "UPDATING")

    def test_the_mode_can_be_switched(self):
        self.create()
        self.active()
        self.kinesis.update_stream_mode(StreamARN=self.stream, StreamModeDetails={"StreamMode": "ON_DEMAND"})
        self.assertEqual(self.status(), "UPDATING")
        self.assertEqual(self.summary()["StreamModeDetails"], {"StreamMode": "ON_DEMAND"})

    def test_an_on_demand_stream_begins_with_four_shards(self):
        self.kinesis.create_stream(StreamName="s", StreamModeDetails={"StreamMode": "ON_DEMAND"})
        self.assertEqual(self.summary()["OpenShardCount"], 4)

    def test_a_deleted_stream_is_deleting_before_it_is_gone(self):
        self.create()
        self.active()
        self.kinesis.delete_stream(StreamName="s")
        self.assertEqual(self.status(), "DELETING")
        self.refused("ResourceInUseException", self.kinesis.create_stream, StreamName="s", ShardCount=1)
        eventually(lambda: self.kinesis.list_streams()["StreamNames"], lambda names: names == [])
        self.refused("ResourceNotFoundException", self.kinesis.describe_stream_summary, StreamName="s")

    def test_tags_by_arn(self):
        self.create(Tags={"a": "1"})
        self.active()
        self.kinesis.tag_resource(ResourceARN=self.stream, Tags={"b": "2"})
        self.kinesis.untag_resource(ResourceARN=self.stream, TagKeys=["a"])
        seen = self.kinesis.list_tags_for_resource(ResourceARN=self.stream)["Tags"]
        self.assertEqual(seen, [{"Key": "b", "Value": "2"}])
