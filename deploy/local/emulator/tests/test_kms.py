from .harness import MendTest


class KeyStates(MendTest):
    def setUp(self):
        super().setUp()
        self.kms = self.client("kms")
        self.key = self.kms.create_key()["KeyMetadata"]["KeyId"]

    def test_a_key_that_is_pending_deletion_refuses_changes(self):
        self.kms.schedule_key_deletion(KeyId=self.key)
        for call, arguments in (
            (self.kms.enable_key, {}),
            (self.kms.disable_key, {}),
            (self.kms.schedule_key_deletion, {}),
            (self.kms.enable_key_rotation, {}),
            (self.kms.update_key_description, {"Description": "d"}),
            (self.kms.tag_resource, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
            (self.kms.untag_resource, {"TagKeys": ["a"]}),
        ):
            message = self.refused("KMSInvalidStateException", call, KeyId=self.key, **arguments)
            self.assertIn("is pending deletion.", message)
        self.refused(
            "KMSInvalidStateException", self.kms.create_alias, AliasName="alias/new", TargetKeyId=self.key
        )

    def test_rotation_reads_as_off_until_the_deletion_is_cancelled(self):
        rotation = lambda: self.kms.get_key_rotation_status(KeyId=self.key)["KeyRotationEnabled"]
        self.kms.enable_key_rotation(KeyId=self.key)
        self.kms.schedule_key_deletion(KeyId=self.key)
        self.assertFalse(rotation())
        self.kms.cancel_key_deletion(KeyId=self.key)
        self.assertTrue(rotation())

    def test_a_disabled_key_refuses_changes_of_its_rotation(self):
        self.kms.disable_key(KeyId=self.key)
        for call in (self.kms.enable_key_rotation, self.kms.disable_key_rotation):
            self.refused("DisabledException", call, KeyId=self.key)

    def test_only_a_scheduled_deletion_can_be_cancelled(self):
        self.refused("KMSInvalidStateException", self.kms.cancel_key_deletion, KeyId=self.key)
