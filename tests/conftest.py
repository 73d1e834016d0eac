"""What all tests share: where the real parts are, and how hypothesis behaves."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def missing(what: str) -> NoReturn:
    """Skip a test whose real part is absent; where TCWC_LABS says it must be there, fail."""
    if os.environ.get("TCWC_LABS"):
        pytest.fail(f"{what} is required here and missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The top of the checkout (or of the unpacked sdist)."""
    return ROOT


@pytest.fixture(scope="session")
def torchtune_python() -> Path:
    """The interpreter of an environment with a working torchtune 0.6.1."""
    python = os.environ.get("TCWC_TORCHTUNE_PYTHON")
    if not python:
        missing("torchtune (TCWC_TORCHTUNE_PYTHON)")
    if not os.access(python, os.X_OK):
        pytest.fail(f"TCWC_TORCHTUNE_PYTHON is set, and {python} cannot be run")
    return Path(python)


@pytest.fixture(scope="session")
def labs() -> Path:
    """The folder that sets up torchtune, a tiny training and Slurm."""
    folder = os.environ.get("TCWC_LABS")
    if not folder:
        missing("the labs (TCWC_LABS)")
    return Path(folder)


@pytest.fixture(scope="session")
def torchtune_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """torchtune's wheel, from TCWC_TORCHTUNE_WHEEL or from the package index."""
    given = os.environ.get("TCWC_TORCHTUNE_WHEEL")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
    done = subprocess.run([*command, "torchtune==0.6.1"], capture_output=True, text=True)
    if done.returncode:
        missing(f"torchtune's wheel ({done.stderr.strip().splitlines()[-1:]})")
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def torchtune_source(torchtune_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel: folders `recipes` and `torchtune`."""
    folder = tmp_path_factory.mktemp("torchtune")
    with zipfile.ZipFile(torchtune_wheel) as wheel:
        wheel.extractall(folder)
    return folder
