"""Starts the AWS emulator, mended: its version is checked, functions of it are replaced, then its own main runs.

    EMULATOR_STATE_SECONDS  how long CREATING, UPDATING and DELETING last (default 1)
    EMULATOR_CRAWL_SECONDS  how long a crawl runs (default 2)
    UNMENDED=1              replaces nothing, to see what the mends are for

Everything else is the emulator's own: BIND_HOST, GATEWAY_PORT, AUTH and the like.
"""

import importlib.metadata
import os
import pathlib
import sys

from ministack.app import main


def required_version():
    requirements = pathlib.Path(__file__).with_name("requirements.txt").read_text()
    return next(line.split("==")[1] for line in requirements.splitlines() if line.startswith("ministack"))


def mend():
    found, required = importlib.metadata.version("ministack"), required_version()
    if found != required:
        sys.exit(f"the mends are written for ministack {required}, this is {found}: install requirements.txt")
    import mends  # noqa: F401 (importing it replaces the functions)


if __name__ == "__main__":
    if os.environ.get("UNMENDED") != "1":
        mend()
    main()
