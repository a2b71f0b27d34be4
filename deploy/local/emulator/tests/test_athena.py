from .harness import MendTest


class Workgroup(MendTest):
    def setUp(self):
        super().setUp()
        self.athena = self.client("athena")

    def create(self):
        self.athena.create_work_group(
            Name="w",
            Configuration={
                "BytesScannedCutoffPerQuery": 10_000_000,
                "ResultConfiguration": {"OutputLocation": "s3://a-bucket/", "ExpectedBucketOwner": self.account},
            },
        )

    def update(self, **changes):
        self.athena.update_work_group(WorkGroup="w", ConfigurationUpdates=changes)
        return self.athena.get_work_group(WorkGroup="w")["WorkGroup"]["Configuration"]

    def test_the_scan_limit_can_be_taken_away(self):
        self.create()
        self.assertNotIn("BytesScannedCutoffPerQuery", self.update(RemoveBytesScannedCutoffPerQuery=True))

    def test_the_expected_bucket_owner_can_be_changed_and_taken_away(self):
        self.create()
        seen = self.update(ResultConfigurationUpdates={"ExpectedBucketOwner": "123456789012"})
        self.assertEqual(seen["ResultConfiguration"]["ExpectedBucketOwner"], "123456789012")
        seen = self.update(ResultConfigurationUpdates={"RemoveExpectedBucketOwner": True})
        self.assertNotIn("ExpectedBucketOwner", seen["ResultConfiguration"])

    def test_a_workgroup_that_does_not_exist_is_not_found(self):
        for call in (self.athena.get_work_group, self.athena.delete_work_group, self.athena.update_work_group):
            self.assertIn("is not found", self.refused("InvalidRequestException", call, WorkGroup="w"))

    def test_a_workgroup_that_exists_is_already_created(self):
        self.create()
        self.assertIn("already created", self.refused("InvalidRequestException", self.create))
