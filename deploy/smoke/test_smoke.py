"""What a run refuses, and what it does when something goes wrong, without any account."""

import os
import time
import unittest
from unittest import mock

import boto3
from botocore.stub import Stubber

import smoke
from ground import Over, until

NOBODY = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SMOKE_"))}


class Refuses(unittest.TestCase):
    def refused(self, says, account="123456789012", region="eu-west-1", **env):
        with mock.patch.dict(os.environ, {**NOBODY, **env}, clear=True), self.assertRaises(SystemExit) as stopped:
            smoke.checked(account, region)
        self.assertIn(says, str(stopped.exception))

    def test_no_account_and_what_is_none(self):
        for account in ("", "12345678901", "1234567890123", "12345678901x", "123456789012\n"):
            self.refused("say which account", account)

    def test_no_region_and_what_is_none(self):
        for region in ("", "Ireland", "eu-west-1a"):
            self.refused("say which region", region=region)

    def test_an_endpoint_that_is_not_named_as_a_rehearsal(self):
        self.refused("AWS_ENDPOINT_URL is set", AWS_ENDPOINT_URL="http://127.0.0.1:1")
        self.refused("AWS_ENDPOINT_URL is set", AWS_ENDPOINT_URL_S3="http://127.0.0.1:1")

    def test_credentials_of_another_account(self):
        there = smoke.Account(mock.Mock(), None, "123456789012", "sm0123456789")
        there.client = lambda service: mock.Mock(get_caller_identity=lambda: {"Account": "210987654321"})
        with self.assertRaises(SystemExit) as stopped:
            there.check()
        self.assertIn("nothing was done", str(stopped.exception))

    def test_a_prefix_that_no_run_printed(self):
        for prefix in ("", "dl", "sm", "sm0123456789x", "*"):
            with mock.patch.dict(os.environ, NOBODY, clear=True), self.assertRaises(SystemExit) as stopped:
                smoke.clean("123456789012", "eu-west-1", prefix)
            self.assertIn("PREFIX", str(stopped.exception))


class Removes(unittest.TestCase):
    """Whatever stops the probes, everything is removed, and the run has failed."""

    def run_that_stops(self, error):
        """`error` is raised by the probes, or is what they do."""
        there = mock.Mock(prefix="sm0123456789", found=lambda: [], keys=lambda: [])
        # The time that is over is told by SIGALRM; Ctrl-C goes on stopping the tests.
        handle = smoke.signal.signal
        only_alarm = lambda number, handler: handle(number, handler) if number == smoke.signal.SIGALRM else None
        with mock.patch.object(smoke, "Account", return_value=there), mock.patch.object(smoke, "probe", side_effect=error), \
                mock.patch.object(smoke, "Ground") as made, mock.patch.object(smoke.signal, "signal", only_alarm), \
                mock.patch.dict(os.environ, NOBODY, clear=True), mock.patch("builtins.print"):
            made.return_value.env = {}
            made.return_value.lake.side_effect = [{"kind": "Datalake"}, None]
            code = smoke.run("programs", "123456789012", "eu-west-1")
            stand = made.return_value
        self.assertEqual(code, 1)
        deleted = [call.args for call in stand.run.mock_calls if "delete" in call.args]
        self.assertEqual(len(deleted), 1, "the lake goes by the operator first")
        for step in (stand.stop_operator, there.remove, there.remove_role, stand.down):
            step.assert_called_once()

    def test_a_failure(self):
        self.run_that_stops(RuntimeError("a probe failed"))

    def test_an_interrupt(self):
        self.run_that_stops(KeyboardInterrupt())

    def test_a_probe_that_does_not_end_is_cut_off_when_time_is_over(self):
        probes = smoke.Probes(mock.Mock(), mock.Mock())
        def endless_probe():
            until("what never comes", lambda: False, 60)
        def make(*_):
            probes.make(endless_probe)
            self.fail("a probe was made after time was over")
        start = time.monotonic()
        with mock.patch.object(smoke, "PROBING_SECONDS", 0.05):
            self.run_that_stops(make)
        self.assertLess(time.monotonic() - start, 30)
        [row] = probes.rows
        self.assertEqual((row[1], row[4]), ("endless probe came to an end", "DIFFERS"))
        self.assertIn("minutes are over", row[3])

    def test_the_removal_is_not_cut_off(self):
        with smoke.no_longer_than(0.05), self.assertRaises(Over):
            until("what never comes", lambda: False, 60)
        with smoke.no_longer_than(0.05):
            pass
        self.assertEqual(smoke.signal.getitimer(smoke.signal.ITIMER_REAL), (0.0, 0.0))

    def crawler_logs(self):
        """The account, and what stands for CloudWatch Logs: a call that is not announced is refused."""
        there = smoke.Account(mock.Mock(), None, "123456789012", "sm0123456789")
        logs = boto3.client("logs", "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
        there.client = lambda service: logs
        stub = Stubber(logs)
        stub.activate()
        self.addCleanup(stub.assert_no_pending_responses)
        return there, stub

    def test_of_the_crawlers_logs_only_the_stream_of_this_run(self):
        there, stub = self.crawler_logs()
        group, name = {"logGroupName": "/aws-glue/crawlers"}, "sm0123456789-lake"
        stub.add_response("describe_log_streams", {"logStreams": [{"logStreamName": name}]},
                          {**group, "logStreamNamePrefix": "sm0123456789-"})
        stub.add_response("delete_log_stream", {}, {**group, "logStreamName": name})
        self.assertEqual(there.crawler_logs(), [name])
        with mock.patch("builtins.print"):
            there.remove_one("crawler log", name)

    def test_an_account_in_which_nothing_was_ever_crawled(self):
        there, stub = self.crawler_logs()
        stub.add_client_error("describe_log_streams", "ResourceNotFoundException")
        self.assertEqual(there.crawler_logs(), [])

    def test_what_the_operator_cannot_remove_is_removed_all_the_same(self):
        stand, there = mock.Mock(), mock.Mock(keys=lambda: [])
        stand.lake.side_effect = RuntimeError("no answer")
        with mock.patch("builtins.print"):
            self.assertIsNotNone(smoke.leave(stand, there, mock.Mock()))
        there.remove.assert_called_once()
        there.remove_role.assert_called_once()

    def test_a_probe_that_fails_is_told_and_the_next_is_made(self):
        probes = smoke.Probes(mock.Mock(), mock.Mock())
        def broken_probe():
            raise ValueError("not so")
        probes.make(broken_probe)
        probes.make(lambda: probes.tell("9", "the next", "", "made", None))
        self.assertEqual([(row[0], row[4]) for row in probes.rows], [("", "DIFFERS"), ("9", "for the record")])
        self.assertIn("ValueError: not so", probes.rows[0][3])


if __name__ == "__main__":
    unittest.main()
