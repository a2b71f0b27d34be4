"""One mended emulator for the whole run, and an account of its own for each test.

With UNMENDED=1 the emulator runs as it is published, and each test is expected to fail: one that passes shows
nothing about its mend.
"""

import atexit
import itertools
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

UNMENDED = os.environ.get("UNMENDED") == "1"
REGION = "eu-west-1"
# Long enough for a state to be seen on a busy machine, and not longer.
STATE_SECONDS = 1.5
PATIENCE_SECONDS = 3 if UNMENDED else 30
START = pathlib.Path(__file__).parents[1] / "start.py"

accounts = itertools.count(100000000001)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def eventually(look, wanted=lambda seen: seen):
    """Looks until what is seen is wanted, and returns it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        seen = look()
        if wanted(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {PATIENCE_SECONDS} s; last: {seen}")
        time.sleep(0.02)


def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


class Emulator:
    """The process, started at the first use."""

    endpoint = None

    @classmethod
    def start(cls):
        if cls.endpoint:
            return cls.endpoint
        folder = tempfile.TemporaryDirectory(prefix="emulator-test-")
        port = free_port()
        environment = {
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "AUTH": "true",
            "MINISTACK_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "EMULATOR_STATE_SECONDS": str(STATE_SECONDS),
            "EMULATOR_CRAWL_SECONDS": str(STATE_SECONDS),
            "TMPDIR": folder.name,
            "S3_DATA_DIR": f"{folder.name}/s3",
        }
        log = pathlib.Path(folder.name, "log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, START], env=environment, stdout=output, stderr=subprocess.STDOUT
            )

        def stop():
            process.terminate()
            process.wait()
            folder.cleanup()

        atexit.register(stop)

        def healthy():
            if process.poll() is not None:
                raise AssertionError(f"the emulator ended:\n{log.read_text()}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health") as answer:
                    return answer.status == 200
            except OSError:
                return False

        eventually(healthy)
        cls.endpoint = f"http://127.0.0.1:{port}"
        return cls.endpoint


class MendTest(unittest.TestCase):
    """A test of a mend, in an account that nothing else uses."""

    def __init_subclass__(cls):
        for name, test in list(vars(cls).items()):
            if UNMENDED and name.startswith("test"):
                setattr(cls, name, unittest.expectedFailure(test))

    def setUp(self):
        self.account = str(next(accounts))

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=Emulator.start(),
            region_name=REGION,
            aws_access_key_id=self.account,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def refused(self, code, call, **arguments):
        """The call is refused with this error code; returns the message."""
        with self.assertRaises(ClientError) as refusal:
            call(**arguments)
        self.assertEqual(refusal.exception.response["Error"]["Code"], code)
        return refusal.exception.response["Error"]["Message"]

    def arn(self, service, resource):
        return f"arn:aws:{service}:{REGION}:{self.account}:{resource}"

    def role(self, service, action="logs:PutLogEvents"):
        """A role that the service may assume and that allows the action; returns its ARN."""
        iam, name = self.client("iam"), f"{service}-role"
        trust = policy(Principal={"Service": f"{service}.amazonaws.com"}, Action="sts:AssumeRole")
        created = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(Action=action, Resource="*"))
        return created["Role"]["Arn"]

    def bucket(self, name="records"):
        """A bucket whose name no other test uses."""
        bucket = f"{name}-{self.account}"
        location = {"LocationConstraint": REGION}
        self.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
        return bucket

    def table(self, bucket):
        """The table lake.events with two partition keys, in `bucket`."""
        glue = self.client("glue")
        glue.create_database(DatabaseInput={"Name": "lake"})
        table = {
            "Name": "events",
            "Description": "Events",
            "Parameters": {"classification": "parquet"},
            "StorageDescriptor": {
                "Columns": [{"Name": "event", "Type": "string"}],
                "Location": f"s3://{bucket}/data/",
            },
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in ("year", "month")],
        }
        glue.create_table(DatabaseName="lake", TableInput=table)
        return table
