"""The process that `tcwc` is: its end, and what becomes of its output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

EXAMPLE = str(ROOT / "examples" / "lora_rank" / "experiment.yaml")


def shell(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a shell says of a script, in which `$tcwc` runs the program."""
    environment = {**os.environ, "tcwc": f"{sys.executable} -m tcwc", "PYTHONPATH": str(ROOT)}
    command = ["sh", "-c", script, "sh", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_all_that_was_printed_comes_out(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = shell("$tcwc rule > $1; wc -l < $1; $tcwc rule --color never | tail -n 1", out)
    count, last = done.stdout.split("\n", 1)
    assert int(count) > 100
    assert last.startswith("TCW")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("$tcwc lint -q $1", 0),
        ("$tcwc --version", 0),
        ("$tcwc lint --bogus", 2),
        ("$tcwc", 2),
        ("$tcwc lint nowhere.yaml", 2),
        ("$tcwc lint $1 >&-", 0),
        ("$tcwc lint $1 2>&-", 0),
    ],
)
def test_the_exit_status(script: str, status: int) -> None:
    done = shell(script, EXAMPLE)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("command", ["lint $1", "show $1 0", "rule", "plan $1"])
def test_an_output_that_is_full(command: str) -> None:
    done = shell(f"$tcwc {command} > /dev/full", EXAMPLE)
    assert done.returncode == 2
    assert done.stderr.startswith("tcwc: error: ")
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
