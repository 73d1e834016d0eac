"""Where the real torchtune lies, for the tests that compare with its source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def site_packages(torchtune_python: Path) -> Path:
    """The folder in which torchtune, torch and torchdata are installed."""
    show = [str(torchtune_python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    done = subprocess.run(show, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())
