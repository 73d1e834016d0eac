"""Tests with random examples try few of them; here an eighth of these tests tries all."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.evidence import eighth


@pytest.mark.slow
def test_an_eighth_of_the_properties_with_all_examples() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    environment = os.environ | {"TCWC_DEEP": str(eighth())}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
