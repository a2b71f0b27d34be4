import boto3

from .harness import REGION, MendTest, policy


class Authorization(MendTest):
    """What a user may do who has one policy."""

    def user(self, **statement):
        iam = self.client("iam")
        iam.create_user(UserName="limited")
        iam.put_user_policy(UserName="limited", PolicyName="p", PolicyDocument=policy(**statement))
        key = iam.create_access_key(UserName="limited")["AccessKey"]
        return lambda service: boto3.client(
            service, region_name=REGION, endpoint_url=self.client("sts").meta.endpoint_url,
            aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

    def test_an_alias_stands_for_its_key_and_is_a_resource_of_its_own(self):
        kms = self.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        limited = self.user(Action=["kms:DescribeKey", "kms:CreateAlias"],
                            Resource=[self.arn("kms", "key/*"), self.arn("kms", "alias/mine-*")])("kms")
        self.refused("NotFoundException", limited.describe_key, KeyId="alias/mine-a")
        limited.create_alias(AliasName="alias/mine-a", TargetKeyId=key)
        self.assertEqual(limited.describe_key(KeyId="alias/mine-a")["KeyMetadata"]["KeyId"], key)
        self.refused("AccessDeniedException", limited.create_alias, AliasName="alias/other", TargetKeyId=key)

    def test_the_window_of_a_key_is_a_condition(self):
        key = self.client("kms").create_key()["KeyMetadata"]["KeyId"]
        limited = self.user(Action="kms:ScheduleKeyDeletion", Resource="*", Condition={
            "NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "10"}})("kms")
        self.refused("AccessDeniedException", limited.schedule_key_deletion, KeyId=key, PendingWindowInDays=9)
        limited.schedule_key_deletion(KeyId=key, PendingWindowInDays=10)

    def test_database_table_and_crawler_are_resources_of_the_catalog(self):
        limited = self.user(Action="glue:*", Resource=[
            self.arn("glue", "database/mine"), self.arn("glue", "table/mine/*"), self.arn("glue", "crawler/mine-*")])("glue")
        limited.create_database(DatabaseInput={"Name": "mine"})
        limited.get_database(Name="mine")
        limited.create_table(DatabaseName="mine", TableInput={"Name": "t"})
        limited.get_table(DatabaseName="mine", Name="t")
        self.refused("EntityNotFoundException", limited.get_crawler, Name="mine-a")
        self.refused("AccessDeniedException", limited.create_database, DatabaseInput={"Name": "other"})
        self.refused("AccessDeniedException", limited.get_crawler, Name="other")

    def test_a_workgroup_is_a_resource_when_it_is_created(self):
        limited = self.user(Action="athena:*", Resource=self.arn("athena", "workgroup/mine-*"))("athena")
        limited.create_work_group(Name="mine-a")
        limited.list_tags_for_resource(ResourceARN=self.arn("athena", "workgroup/mine-a"))
        self.refused("AccessDeniedException", limited.create_work_group, Name="other")

    def test_the_boundary_of_a_role_is_a_condition(self):
        boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
        limited = self.user(Action=["iam:CreateRole", "iam:PutRolePolicy"], Resource="*", Condition={
            "StringEquals": {"iam:PermissionsBoundary": boundary}})("iam")
        trust = policy(Principal={"Service": "glue.amazonaws.com"}, Action="sts:AssumeRole")
        self.refused("AccessDenied", limited.create_role, RoleName="a", AssumeRolePolicyDocument=trust)
        limited.create_role(RoleName="b", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
        limited.put_role_policy(RoleName="b", PolicyName="p", PolicyDocument=policy(Action="s3:*", Resource="*"))

    def test_loopback_counts_as_tls(self):
        bucket = self.bucket("tls")
        deny = policy(Effect="Deny", Principal="*", Action="s3:*", Resource=f"arn:aws:s3:::{bucket}",
                      Condition={"Bool": {"aws:SecureTransport": "false"}})
        self.client("s3").put_bucket_policy(Bucket=bucket, Policy=deny)
        limited = self.user(Action="s3:*", Resource="*")("s3")
        self.assertEqual(limited.get_bucket_location(Bucket=bucket)["LocationConstraint"], REGION)
