"""Takes each fact of docs/aws-facts.yaml out of the code, one at a time, and sees the test that guards it turn red.

    prove-facts.py [TEXT]    only facts that contain TEXT

Works on the files in place, and puts each back: it refuses to start when one of them has changes that are not committed.
"""

import pathlib
import re
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
FACTS = ROOT / "docs/aws-facts.yaml"
TEST = ["cargo", "test", "--workspace", "--lib", "--locked"]


def run(*command):
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def red(test):
    """The tests that fail, of all or of those named so; None when the code does not compile."""
    if run(*TEST, "--no-run").returncode:
        return None
    said = run(*TEST, "--", *([test] if test else [])).stdout
    return sorted(set(re.findall(r"^test (\S+) \.\.\. FAILED$", said, re.MULTILINE)))


def proof(change):
    """What became of the tests while the fact was forgotten."""
    path = ROOT / change["file"]
    code = path.read_text()
    if code.count(change["replace"]) != 1:
        return "STALE", []
    try:
        path.write_text(code.replace(change["replace"], change["by"]))
        failed = red(change["caught_by"])
    finally:
        path.write_text(code)
    if failed is None:
        return "DOES NOT COMPILE", []
    failed = [test for test in failed if test.split("::")[-1] == change["caught_by"]]
    return ("caught" if failed else "NOT CAUGHT"), failed


def main(text=""):
    facts = [fact for fact in yaml.safe_load(FACTS.read_text()) if text in fact["says"]]
    changes = [(fact, change) for fact in facts for change in fact["forget"]]
    files = sorted({change["file"] for _, change in changes})
    if run("git", "diff", "--quiet", "--", *files).returncode:
        raise SystemExit("prove-facts: commit your changes first; files are changed in place")
    bad = 0
    for number, (fact, change) in enumerate(changes, 1):
        verdict, failed = proof(change)
        bad += verdict != "caught"
        print(f"{number}/{len(changes)} {verdict}: {fact['says']}\n    {change['file']}: {', '.join(failed[:6])}", flush=True)
    print(f"{len(facts)} facts, {len(changes)} changes, {bad} not caught")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
