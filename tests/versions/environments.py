"""Other versions of torchtune, beside an environment that has one: as a path of modules.

    python -m tests.versions.environments FOLDER       installs torchtune 0.5.0 there

0.5.0 works with the packages of 0.6.1's environment (TCWC_TORCHTUNE_PYTHON). Main is looked for
where TCWC_TORCHTUNE_MAIN names its source tree, and needs a Python with the packages that it needs,
TCWC_TORCHTUNE_MAIN_PYTHON (torchao 0.18, torchvision).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

RELEASE, MAIN = "0.5.0", "0.7.0.dev"
VERSIONS = (RELEASE, MAIN)


class Missing(Exception):
    """What is not there."""


@dataclass(frozen=True)
class Environment:
    """`source` has the folders `recipes` and `torchtune`, and is the path on which it is found."""

    version: str
    python: Path
    source: Path


def environment(version: str, folder: Path | None = None) -> Environment:
    """The one of a version; 0.5.0 is installed in a folder. Raises Missing."""
    if version == MAIN:
        return Environment(
            MAIN, _named("TCWC_TORCHTUNE_MAIN_PYTHON"), _named("TCWC_TORCHTUNE_MAIN")
        )
    python = _named("TCWC_TORCHTUNE_PYTHON")
    return Environment(version, python, install(folder or Path(tempfile.mkdtemp())))


def _named(variable: str) -> Path:
    if not os.environ.get(variable):
        raise Missing(variable)
    return Path(os.environ[variable])


def install(folder: Path) -> Path:
    """torchtune 0.5.0 in a folder, without what it depends on."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    done = subprocess.run([*pip, f"torchtune=={RELEASE}"], capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"torchtune {RELEASE}: {done.stderr.strip().splitlines()[-1:]}")
    return folder


if __name__ == "__main__":
    print(install(Path(sys.argv[1])))
