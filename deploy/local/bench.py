"""Measures the operator on a stand of its own, and prints a Markdown table with goals beside the figures.

    bench.py DIR [LAKES]    DIR has datalake-operator, datalake-stand and bench-plan, built with the release profile

LAKES is how many lakes the second memory figure is taken with (default 200). Everything that it starts ends with it.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "deploy/local/staff-events.yaml"
NAMESPACE = "bench"
SYSTEM = "datalake-bench"
LAKES = f"/apis/datalake-operator.io/v1alpha1/namespaces/{NAMESPACE}/datalakes"
# How long the emulator's CREATING and UPDATING last, and how many of them a lake waits for one after another: the stream
# is created, then encrypted, then the delivery stream is created.
STATE_SECONDS = 1.0
STATES = 3
# A lake is created, looked at and deleted so often; medians are told.
ROUNDS = 3
READS = ("BatchGet", "Describe", "Get", "Head", "List")
# A figure at rest is taken when so much time has gone by without a call.
REST_SECONDS = 3.0
PATIENCE_SECONDS = 900
MIB = 1 << 20


def say(text):
    """To the person who waits; the table alone is on standard output."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def until(what, probe):
    """The first answer of `probe` that is true; asks often."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        answer = probe()
        if answer:
            return answer
        time.sleep(0.05)
    raise SystemExit(f"bench: {what}: not within {PATIENCE_SECONDS} s")


def run(*command, env=None):
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


@contextlib.contextmanager
def process(*command, **options):
    child = subprocess.Popen(command, **options)
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


class Cluster:
    """The API server, through `kubectl proxy`."""

    def __init__(self, proxy):
        self.url = f"http://{re.search(r'127.0.0.1:[0-9]+', proxy.stdout.readline())[0]}"

    def ask(self, method, path, body=None):
        """The JSON of the answer; None where there is nothing of that name."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise SystemExit(f"bench: {method} {path}: {error.read().decode()}") from error

    def create(self, lake, name):
        lake = {**lake, "metadata": {"name": name, "namespace": NAMESPACE}}
        lake["spec"] = {**lake["spec"], "deletionPolicy": "Delete"}
        if self.ask("POST", LAKES, lake) is None:
            raise SystemExit("bench: the API server does not know Datalakes")

    def is_ready(self, name):
        lake = self.ask("GET", f"{LAKES}/{name}") or {}
        conditions = lake.get("status", {}).get("conditions", [])
        return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)

    def delete(self, name):
        self.ask("DELETE", f"{LAKES}/{name}")

    def is_gone(self, name):
        return self.ask("GET", f"{LAKES}/{name}") is None


class Operator:
    """The operator's process."""

    def __init__(self, child, address, log):
        self.pid, self.url = child.pid, f"http://{address}"

        def answers():
            if child.poll() is not None:
                raise SystemExit(f"bench: the operator ended:\n{log.read_text()}")
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(f"{self.url}/readyz").close() is None

        until("the operator's start", answers)

    def metrics(self):
        with urllib.request.urlopen(f"{self.url}/metrics") as answer:
            return answer.read().decode()

    def calls(self):
        """AWS calls so far: reads, writes."""
        reads = writes = 0
        for operation, count in re.findall(r'_aws_calls_total\{.*operation="(\w+)".*\} (\d+)', self.metrics()):
            if operation.startswith(READS):
                reads += int(count)
            else:
                writes += int(count)
        return reads, writes

    def ready_lakes(self):
        found = re.search(r'datalake_lakes\{ready="true"\} (\d+)', self.metrics())
        return int(found[1]) if found else 0

    def rest(self):
        """Waits until it makes no more calls."""
        last, since = self.calls(), time.monotonic()

        def idle():
            nonlocal last, since
            time.sleep(0.2)
            now = self.calls()
            if now != last:
                last, since = now, time.monotonic()
            return time.monotonic() - since > REST_SECONDS

        until("the operator at rest", idle)

    def memory(self):
        """MiB resident: now, and at most so far."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "VmHWM")]


class Bench:
    """A stand with the chart installed, without its deployment."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.stand = [programs / "datalake-stand", "--dir", folder / "stand", "--quiet"]

    def up(self):
        run(*self.stand, "up", env={**os.environ, "EMULATOR_STATE_SECONDS": str(STATE_SECONDS)})
        self.env = {**os.environ, **json.loads(run(*self.stand, "env", "--format", "json"))}
        # What the operator is told is what is written here.
        self.env = {name: value for name, value in self.env.items() if not name.startswith("DATALAKE_")}
        self.tool("helm", "install", SYSTEM, "charts/datalake-operator", "--namespace", SYSTEM, "--create-namespace",
                  "--set", "operator.enabled=false", "--set", f"fullnameOverride={SYSTEM}", "--wait")
        self.tool("kubectl", "wait", "--for=condition=Established", "crd/datalakes.datalake-operator.io")
        self.tool("kubectl", "create", "namespace", NAMESPACE)
        lake = self.tool("kubectl", "create", "--dry-run=client", "--output=json", "--filename", SAMPLE)
        self.lake = json.loads(lake)
        self.access()

    def down(self):
        run(*self.stand, "down")

    def tool(self, *command):
        return run(*command, env=self.env)

    def access(self):
        """The kubeconfig that the operator gets: the token of the chart's service account, and nothing else."""
        config = json.loads(self.tool("kubectl", "config", "view", "--raw", "--minify", "--flatten", "--output=json"))
        token = self.tool("kubectl", "create", "token", SYSTEM, "--namespace", SYSTEM, "--duration=24h").strip()
        config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
        self.kubeconfig = self.folder / "operator.kubeconfig"
        self.kubeconfig.write_text(json.dumps(config))

    @contextlib.contextmanager
    def operator(self, account):
        """A new process that remembers nothing. No look for drift falls into a measurement.

        To the emulator, each access key id of 12 digits is an account.
        """
        address = f"127.0.0.1:{free_port()}"
        log = self.folder / f"operator-{address}.log"
        command = [self.programs / "datalake-operator", "run", "--listen", address, "--drift-period", "12h",
                   "--leader-elect=false"]
        env = {**self.env, "KUBECONFIG": str(self.kubeconfig), "AWS_ACCESS_KEY_ID": f"{account:012}"}
        with log.open("w") as out, process(*command, env=env, stdout=out, stderr=out) as child:
            yield Operator(child, address, log)

    @contextlib.contextmanager
    def cluster(self):
        with process("kubectl", "proxy", "--port=0", env=self.env, stdout=subprocess.PIPE, text=True) as proxy:
            yield Cluster(proxy)


def one_lake(bench, cluster):
    """Created by one process; looked at and deleted by a new one. Each round has an AWS account of its own."""
    seconds, made, looked, removed, memory = [], [], [], [], []
    for account in range(1, ROUNDS + 1):
        name = f"round-{account}"
        with bench.operator(account) as operator:
            start = time.monotonic()
            cluster.create(bench.lake, name)
            until("a lake Ready", lambda: cluster.is_ready(name))
            seconds.append(time.monotonic() - start)
            operator.rest()
            made.append(operator.calls())
            memory.append(operator.memory())
        with bench.operator(account) as operator:
            until("a look at a lake in sync", operator.ready_lakes)
            operator.rest()
            looked.append(operator.calls())
            memory.append(operator.memory())
            start = time.monotonic()
            cluster.delete(name)
            until("a lake gone", lambda: cluster.is_gone(name))
            removed.append(minus(operator.calls(), looked[-1]))
        say(f"round {account}: Ready after {seconds[-1]:.2f} s, gone after {time.monotonic() - start:.2f} s; reads, writes: "
            f"creation {made[-1]}, look {looked[-1]}, deletion {removed[-1]}")
    return {
        "seconds": statistics.median(seconds),
        "made": middle(made),
        "look": middle(looked),
        "removed": middle(removed),
        "memory": worst(memory),
    }


def many_lakes(bench, cluster, number):
    """Memory of the process that made them all, and of a new one that looked at them all."""
    memory = []
    account = ROUNDS + 1
    with bench.operator(account) as operator:
        start = time.monotonic()
        for index in range(number):
            cluster.create(bench.lake, f"lake-{index:03}")
        until(f"{number} lakes Ready", lambda: time.sleep(1) or operator.ready_lakes() == number)
        say(f"{number} lakes were Ready after {time.monotonic() - start:.0f} s and {sum(operator.calls())} calls")
        operator.rest()
        memory.append(operator.memory())
    with bench.operator(account) as operator:
        start = time.monotonic()
        until("a look at them all", lambda: time.sleep(0.5) or operator.ready_lakes() == number)
        say(f"a new process saw them all in sync after {time.monotonic() - start:.0f} s and {sum(operator.calls())} calls")
        operator.rest()
        memory.append(operator.memory())
    return worst(memory)


def minus(after, before):
    return tuple(a - b for a, b in zip(after, before, strict=True))


def middle(calls):
    """The measurement with the median of all calls."""
    return sorted(calls, key=sum)[len(calls) // 2]


def worst(memory):
    """The most MiB at rest, and the most at any time."""
    say("MiB at rest, at most: " + "; ".join(f"{rest:.1f}, {most:.1f}" for rest, most in memory))
    return max(rest for rest, _ in memory), max(most for _, most in memory)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def plan_microseconds(programs):
    """What benches/plan.rs prints, by case."""
    text = run(programs / "bench-plan")
    return {what: float(us) for what, us in re.findall(r"^(.+): ([0-9.]+) µs$", text, re.MULTILINE)}


def table(plans, size, one, number, many):
    beyond = one["seconds"] - STATES * STATE_SECONDS
    calls = "{0[0]} reads, {0[1]} writes".format
    return [
        ("figure", "measured", "goal"),
        ("---", "---", "---"),
        ("plan of one lake in sync, with making what is declared (once a pass)", f"{plans['plan, lake in sync']:.0f} µs", "≤ 100 µs"),
        ("each further plan of a pass", f"{plans['plan, again in the same pass']:.0f} µs", "≤ 100 µs"),
        ("AWS calls of a full look at a lake in sync", calls(one["look"]), "≤ 50 reads, 0 writes"),
        ("AWS calls to create a lake", calls(one["made"]), ""),
        ("AWS calls to delete a lake (policy `Delete`)", calls(one["removed"]), ""),
        (f"from apply to Ready, with {STATES} states of {STATE_SECONDS:.0f} s on the way", f"{one['seconds']:.1f} s", ""),
        ("the same, beyond these states", f"{beyond:.1f} s", "≤ 2 s"),
        ("memory with 1 lake (at most)", "{:.0f} MiB ({:.0f})".format(*one["memory"]), "≤ 30 MiB"),
        (f"memory with {number} lakes (at most)", "{:.0f} MiB ({:.0f})".format(*many), "≤ 60 MiB"),
        ("size of the binary", f"{size / MIB:.1f} MiB", "≤ 20 MiB"),
    ]


def main(programs, number=200):
    programs = pathlib.Path(programs).resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: told to stop"))
    say("planning")
    plans = plan_microseconds(programs)
    with tempfile.TemporaryDirectory(prefix="datalake-bench-") as folder:
        bench = Bench(programs, pathlib.Path(folder))
        try:
            say("starting a stand")
            bench.up()
            with bench.cluster() as cluster:
                one = one_lake(bench, cluster)
                many = many_lakes(bench, cluster, int(number))
        finally:
            bench.down()
    size = (programs / "datalake-operator").stat().st_size
    say(f"plans in µs: {plans}")
    for row in table(plans, size, one, int(number), many):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
