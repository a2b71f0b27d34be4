"""S3: the expected bucket owner is checked."""

from ministack.services import s3

from .patch import replaces


@replaces(s3, "handle_request")
async def handle_request(original, method, path, headers, *rest, **options):
    expected = headers.get("x-amz-expected-bucket-owner")
    if expected:
        bucket, _ = s3._parse_bucket_key(path, headers)
        owner = s3._bucket_owner_account(bucket)
        if owner and owner != expected:
            return s3._error("AccessDenied", "Access Denied", 403, f"/{bucket}")
    return await original(method, path, headers, *rest, **options)
