from .harness import MendTest


class ExpectedBucketOwner(MendTest):
    def test_a_bucket_of_another_account_is_refused_and_left_alone(self):
        s3, bucket = self.client("s3"), self.bucket()
        other = {"Bucket": bucket, "ExpectedBucketOwner": "123456789012"}
        self.refused("AccessDenied", s3.get_bucket_tagging, **other)
        self.refused("AccessDenied", s3.delete_bucket, **other)
        self.refused("403", s3.head_bucket, **other)
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=self.account)
