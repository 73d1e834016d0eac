"""Streams that are closed, full, or read by nobody: words on what is left, and the right exit code.

0 and 1 as without it, 2 where what was asked for could not be said.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from tests.surroundings.shell import WRONG, Shell

# Programs are started, many of them: with the slow tests.
pytestmark = pytest.mark.slow

full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
BUILT = "$tcwc build -q experiment.yaml; "


@full
@pytest.mark.parametrize(
    "script",
    [
        "$tcwc --help > /dev/full",
        "$tcwc --version > /dev/full",
        "$tcwc plan --help > /dev/full",
        "$tcwc lint > /dev/full",
        "$tcwc lint --format json > /dev/full",
        "$tcwc build experiment.yaml > /dev/full",
        f"{BUILT}$tcwc check > /dev/full",
        "$tcwc show experiment.yaml 0 > /dev/full",
        "$tcwc plan experiment.yaml > /dev/full",
        "$tcwc explain experiment.yaml 0 > /dev/full",
        "$tcwc diff experiment.yaml:run_000 run_001 > /dev/full",
        "$tcwc bases > /dev/full",
    ],
)
def test_an_output_that_is_full(script: str, shell: Shell) -> None:
    said = shell(script)
    expected = "tcwc: error: the output cannot be written: No space left on device\n"
    assert (said.status, said.err) == (2, expected)
    shell.is_whole()


@full
def test_errors_that_have_nowhere_to_go(shell: Shell) -> None:
    lost = "tcwc: error: the output cannot be written: No space left on device\n"
    (shell.folder / "bad.experiment.yaml").write_text(WRONG)
    assert shell("$tcwc lint nowhere.yaml 2> /dev/full").out == lost
    said = shell("$tcwc build bad.experiment.yaml 2> /dev/full")
    assert (said.status, said.out) == (2, lost)
    said = shell("$tcwc lint bad.experiment.yaml 2> /dev/full")  # findings go to stdout
    assert said.status == 1
    assert "TCW201" in said.out
    assert shell("$tcwc lint nowhere.yaml > /dev/full 2> /dev/full").status == 2


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("$tcwc lint >&-", 0),
        ("$tcwc lint 2>&-", 0),
        ("$tcwc build experiment.yaml >&- 2>&- <&-", 0),
        ("$tcwc lint nowhere.yaml 2>&-", 2),
        ("$tcwc lint nowhere.yaml >&- 2>&- <&-", 2),
        ("$tcwc lint - <&-", 2),
        ("$tcwc lint --fix - <&-", 2),
        ("$tcwc lint - < /dev/null", 1),
    ],
)
def test_streams_that_are_closed(script: str, status: int, shell: Shell) -> None:
    said = shell(script)
    assert said.status == status, said
    if " - <&-" in script:
        assert said.err.startswith("tcwc: error: - is stdin, and that is closed\n")
    shell.is_whole()


@pytest.mark.parametrize(
    "script",
    [
        "$tcwc plan experiment.yaml --format csv | true; exit ${PIPESTATUS[0]}",
        "$tcwc lint --format json nowhere.yaml 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}",
    ],
)
def test_nobody_reads_on(script: str, shell: Shell) -> None:
    said = shell(script)
    assert said.status in (0, 2, 141)  # what was written before the reader went was written
    assert said.err == ""


def test_the_reader_has_gone(shell: Shell) -> None:
    waits = "until [ -e gone ]; do sleep 0.01; done"
    said = shell(f"{{ {waits}; $tcwc rule; }} | {{ exec <&-; : > gone; }}; exit ${{PIPESTATUS[0]}}")
    assert (said.status, said.err) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle(number: signal.Signals, shell: Shell) -> None:
    source = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\nlimit: 20000\n"
    many = source + "variables: {seed: {range: [1, 20000, 1]}}\n"
    (shell.folder / "experiment.yaml").write_text(many)
    for _ in range(5):  # where it is done before the signal comes, again
        started = subprocess.Popen(
            [sys.executable, "-m", "tcwc", "build", "-q", "experiment.yaml"],
            cwd=shell.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
        )
        while not list(shell.folder.glob(".tcwc-*")) and started.poll() is None:
            time.sleep(0.01)
        started.send_signal(number)
        _, err = started.communicate(timeout=120)
        if started.returncode:
            break
        shutil.rmtree(shell.folder / "configs")
    assert b"Traceback" not in err
    if number is signal.SIGINT:
        assert started.returncode == 130
        assert err == b"tcwc: interrupted; nothing is half-written\n"
        assert [path.name for path in shell.folder.iterdir()] == ["experiment.yaml"]
    assert not (shell.folder / "configs").exists()
