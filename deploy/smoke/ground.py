"""What the run stands on: an API server of its own, the chart, and the operator as a process."""

import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMESPACE = LAKE = "smoke"
SYSTEM = "datalake-smoke"


def say(text):
    """To the person who waits; the table alone is on standard output."""
    print(f"smoke: {text}", file=sys.stderr, flush=True)


class Over(BaseException):
    """The time for probes is over. It is no Exception: whoever tries again after an error must not go on."""


def until(what, probe, seconds, every=2.0):
    """The first answer of `probe` that is true."""
    ends = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(every)


class Ground:
    """An API server with the chart's definition and access, reached as the stand's administrator."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.stand = [str(programs / "datalake-stand"), "--dir", str(folder / "stand"), "--quiet"]
        self.env, self.child = dict(os.environ), None

    def up(self):
        subprocess.run([*self.stand, "up", "--only", "kubernetes"], cwd=ROOT, check=True)
        text = subprocess.run([*self.stand, "env", "--format", "json"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        reached = json.loads(text)
        # The stand's own credentials are for its emulator; AWS is reached with those of who runs this.
        self.env |= {"KUBECONFIG": reached["KUBECONFIG"], "PATH": f"{self.programs}:{reached['PATH']}"}
        self.run("helm", "install", SYSTEM, "charts/datalake-operator", "--namespace", SYSTEM, "--create-namespace",
                 "--set", "operator.enabled=false", "--set", f"fullnameOverride={SYSTEM}", "--wait")
        self.run("kubectl", "wait", "--for=condition=Established", "crd/datalakes.datalake-operator.io")
        self.run("kubectl", "create", "namespace", NAMESPACE)

    def down(self):
        subprocess.run([*self.stand, "down"], cwd=ROOT, check=True)

    def run(self, *command, text=None):
        done = subprocess.run(command, env=self.env, cwd=ROOT, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def start_operator(self, flags, credentials):
        """With the token of the chart's service account, and AWS credentials of its own."""
        config = json.loads(self.run("kubectl", "config", "view", "--raw", "--minify", "--flatten", "--output=json"))
        token = self.run("kubectl", "create", "token", SYSTEM, "--namespace", SYSTEM, "--duration=2h").strip()
        config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
        kubeconfig = self.folder / "operator.kubeconfig"
        kubeconfig.write_text(json.dumps(config))
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{listener.getsockname()[1]}"
        env = {name: value for name, value in self.env.items() if not name.startswith(("DATALAKE_", "AWS_PROFILE"))}
        env |= {"KUBECONFIG": str(kubeconfig), **credentials}
        self.log = self.folder / "operator.log"
        with self.log.open("w") as out:
            command = [str(self.programs / "datalake-operator"), "run", "--listen", self.address,
                       "--lease-name", SYSTEM, "--lease-namespace", SYSTEM, *flags]
            # In a session of its own: Ctrl-C ends the run, and the operator is still needed to remove the lake.
            self.child = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
        until("the operator's start", self.answers, 60, 0.2)

    def answers(self):
        if self.child.poll() is not None:
            raise RuntimeError(f"the operator ended:\n{self.log.read_text()[-2000:]}")
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://{self.address}/readyz").close() is None

    def stop_operator(self):
        if self.child:
            self.child.terminate()
            self.child.wait()

    def calls(self):
        """AWS calls so far: how often, by service:operation and outcome."""
        with urllib.request.urlopen(f"http://{self.address}/metrics") as answer:
            text = answer.read().decode()
        found = {}
        for labels, count in re.findall(r"^datalake_aws_calls_total\{(.*)\} (\d+)$", text, re.MULTILINE):
            label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            found[f"{label['service']}:{label['operation']}", label["outcome"]] = int(count)
        return found

    def writes(self):
        """Calls that are not reads by their name."""
        reads = ("BatchGet", "Describe", "Get", "Head", "List")
        return {key: n for key, n in self.calls().items() if not key[0].split(":")[1].startswith(reads)}

    def lake(self):
        """The object; None where there is none."""
        text = self.run("kubectl", "get", "datalake", LAKE, "--namespace", NAMESPACE, "--ignore-not-found", "--output=json")
        return json.loads(text) if text.strip() else None

    def ready(self):
        """Whether the lake is Ready as it is now declared."""
        lake = self.lake()
        conditions = lake.get("status", {}).get("conditions", [])
        return any(c["type"] == "Ready" and c["status"] == "True" and c["observedGeneration"] == lake["metadata"]["generation"]
                   for c in conditions)

    def edit(self, spec):
        self.run("kubectl", "patch", "datalake", LAKE, "--namespace", NAMESPACE, "--type=merge", "--patch",
                 json.dumps({"spec": spec}))

    def plugin(self, command, *arguments, text=None):
        return self.run("kubectl", "datalake", command, LAKE, *arguments, "--namespace", NAMESPACE, text=text)
