"""Lists the raw copies below an s3:// location, and prints the events of the newest one."""

import gzip
import sys

import boto3


def main(location: str) -> None:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    s3 = boto3.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = sorted((item for page in pages for item in page.get("Contents", [])), key=lambda item: item["LastModified"])
    for item in found[-3:]:
        print(f"{item['Size']:>8} B  s3://{bucket}/{item['Key']}")
    print(f"{len(found)} in all" + ("; the newest holds:" if found else ""))
    if found:
        body = s3.get_object(Bucket=bucket, Key=found[-1]["Key"])["Body"].read()
        print(gzip.decompress(body).decode().rstrip("\n"))


main(sys.argv[1])
