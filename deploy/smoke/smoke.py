"""Settles in a real account what an emulator can't: makes a lake, looks how AWS behaves, and removes everything.

    smoke.py run PROGRAMS ACCOUNT REGION        PROGRAMS is the folder of datalake-operator and the others
    smoke.py clean PROGRAMS ACCOUNT REGION PREFIX    removes what a run has left that could not end

ACCOUNT is the 12 digits of the account that the credentials are of; there is no default. With SMOKE_ENDPOINT it is a
rehearsal against that endpoint, which proves the path, and nothing about AWS. See docs/smoke.md.
"""

import contextlib
import os
import pathlib
import re
import secrets
import signal
import sys
import tempfile
import time

import boto3

from account import Account
from ground import LAKE, NAMESPACE, Ground, Over, say, until
from probes import Probes

# Then the probe that is being made is cut off, those after it are skipped, and the removal begins, which is not cut off.
PROBING_SECONDS = 20 * 60
READY_SECONDS = 600
GONE_SECONDS = 480
SAMPLE = pathlib.Path(__file__).with_name("lake.yaml")


def checked(account, region):
    """The session and endpoint, if it is said which account."""
    if not re.fullmatch(r"\d{12}", account):
        raise SystemExit("smoke: say which account: make smoke ACCOUNT=123456789012 REGION=eu-west-1")
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
        raise SystemExit("smoke: say which region: make smoke ACCOUNT=123456789012 REGION=eu-west-1")
    endpoint = os.environ.get("SMOKE_ENDPOINT")
    if not endpoint and any(name.startswith("AWS_ENDPOINT_URL") for name in os.environ):
        raise SystemExit("smoke: AWS_ENDPOINT_URL is set, so this would not be AWS: unset it")
    return boto3.Session(region_name=region), endpoint


def interrupted(*_):
    raise KeyboardInterrupt


@contextlib.contextmanager
def no_longer_than(seconds):
    """Whatever goes on inside ends with Over after so long, be it a wait, a call or a child process."""
    def over(*_):
        raise Over(f"{seconds / 60:.0f} minutes are over")
    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def run(programs, account, region):
    session, endpoint = checked(account, region)
    # At most 12 characters, a letter first; nobody else's names begin so.
    prefix = "sm" + secrets.token_hex(5)
    there = Account(session, endpoint, account, prefix)
    there.check()
    signal.signal(signal.SIGTERM, interrupted)
    say(f"account {account}, region {region}, all names begin with {prefix}" + (": A REHEARSAL" if endpoint else ""))
    say(f"should this be killed: make smoke-clean ACCOUNT={account} REGION={region} PREFIX={prefix}")
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="datalake-smoke-") as folder:
        ground = Ground(programs, pathlib.Path(folder))
        ground.env |= {"AWS_REGION": region} | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})
        probes = Probes(ground, there)
        failure = None
        try:
            with no_longer_than(PROBING_SECONDS):
                probe(ground, there, probes)
        except (Exception, KeyboardInterrupt, Over) as error:
            failure = error
            say(f"stopped: {type(error).__name__}: {error}")
        # A second Ctrl-C must not keep things from being removed.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        failure = leave(ground, there, probes) or failure
    report(probes.rows, time.monotonic() - start, bool(endpoint))
    # An emulator may differ from AWS at a point; that a probe fails, or something is left, is never right.
    differs = [row for row in probes.rows if row[4] == "DIFFERS" and not (endpoint and row[0])]
    return 1 if failure or differs else 0


def probe(ground, there, probes):
    ground.up()
    there.make_role(ground.programs)
    keys = there.assume()
    flags = ["--cluster-id", there.prefix, "--name-prefix", there.prefix, "--drift-period", "20s", "--consistency-window", "60s"]
    ground.start_operator(flags, {name.upper(): value for name, value in keys.items()})
    ground.run("kubectl", "apply", "--filename", str(SAMPLE))
    probes.becomes_ready(READY_SECONDS)
    steps = [
        probes.stays_silent, probes.data_flows, probes.crawler_leaves_the_table, probes.update_increments_the_version,
        probes.stale_version_is_refused, probes.widen_and_project, probes.scoped_shard_count,
        probes.lifecycle_flaps, probes.preflight, probes.nothing_was_denied,
    ]
    for step in steps:
        probes.make(step)


def leave(ground, there, probes):
    """By the operator first, which is itself a probe; then whatever is left. Gives what went wrong."""
    failure = None
    try:
        keys = by_the_operator(ground, there, probes) if ground.child else []
    except Exception as error:
        failure, keys = error, []
        say(f"the operator did not remove the lake: {error}")
    for step in (ground.stop_operator, there.remove, lambda: [probes.rotation_after_cancelling(key) for key in keys[:1]],
                 there.remove_role, ground.down):
        try:
            step()
        except Exception as error:
            failure = error
            say(f"not all was removed: {error}")
    return failure


def by_the_operator(ground, there, probes):
    """The ids of the keys that it has scheduled for deletion."""
    keys = there.keys()
    if ground.lake():
        name = ("datalake", LAKE, "--namespace", NAMESPACE)
        ground.run("kubectl", "annotate", *name, "--overwrite", "datalake-operator.io/empty-buckets=true")
        start = time.monotonic()
        ground.run("kubectl", "delete", *name, "--wait=false")
        until("the lake gone", lambda: ground.lake() is None, GONE_SECONDS)
        say(f"the lake was gone after {time.monotonic() - start:.0f} s")
    # The crawler's log is Glue's, in a log group of all crawlers of the account, and no part of a lake.
    left = [f"{kind} {name}" for kind, name in there.found() if kind != "crawler log"]
    probes.tell("", "what the operator left, keys pending deletion aside", "nothing", ", ".join(left) or "nothing", not left)
    return keys


def report(rows, took, rehearsal):
    print("| point | what | expected | seen | verdict |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    print(f"\n{took / 60:.1f} minutes." + (" A rehearsal: this says nothing about AWS." if rehearsal else ""))


def clean(account, region, prefix):
    session, endpoint = checked(account, region)
    if not re.fullmatch(r"sm[0-9a-f]{10}", prefix):
        raise SystemExit("smoke: PREFIX is what the run printed, like sm0123456789")
    there = Account(session, endpoint, account, prefix)
    there.check()
    there.remove()
    there.remove_role()
    say("nothing is left but keys pending deletion")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", programs, account, region]:
            sys.exit(run(pathlib.Path(programs).resolve(), account, region))
        case ["clean", _, account, region, prefix]:
            clean(account, region, prefix)
        case _:
            sys.exit(__doc__)
