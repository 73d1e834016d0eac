"""Whatever a terminal can show: data is UTF-8, findings are escaped, and bytes stay as they are."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from tcwc.cli import main
from tests.conftest import ROOT
from tests.study import inside

# Hundreds of calls: with the slow tests.
pytestmark = pytest.mark.slow

SOURCE = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
arms:
  art: {small: {metric_logger.log_dir: "größe ½ 🙂"}, other: {}}
controls:
  seed: 1
  max_steps_per_epoch: 100
  tokenizer.path: "/daten/naïve 🙂/tokenizer.model"  # schön: é
"""
MISTAKE = SOURCE.replace("seed: 1", "seed: yes # hübsch 🙂").replace("/daten", "~/daten")
FIXABLE = SOURCE.replace("controls:", "controls:\n  +note: {né: True}\n  Epochs: 2")

ENCODINGS = ("utf-8", "cp1252", "latin-1", "ascii", "utf-16")

DATA = (
    ("show", "experiment.yaml", "run_000"),
    ("plan", "experiment.yaml", "--format", "csv"),
    ("plan", "experiment.yaml", "--format", "json"),
    ("plan", "experiment.yaml", "--format", "markdown"),
    ("explain", "experiment.yaml", "run_000", "--format", "json"),
    ("lint", "mistake.experiment.yaml", "--format", "json"),
    ("lint", "mistake.experiment.yaml", "--format", "sarif"),
    ("lint", "fixable.experiment.yaml", "--diff"),
    ("lint", "-", "--diff", "--stdin-filename", "fixable.experiment.yaml"),
    ("lint", "-", "--fix", "--stdin-filename", "fixable.experiment.yaml"),
)
"""What prints data: the same bytes everywhere."""

TEXT = (
    ("lint", "mistake.experiment.yaml"),
    ("lint", "mistake.experiment.yaml", "--format", "concise"),
    ("lint", "mistake.experiment.yaml", "--format", "github"),
    ("lint", "größe.yaml"),
    ("plan", "experiment.yaml"),
    ("plan", "experiment.yaml", "-v"),
    ("explain", "experiment.yaml", "run_000", "-v"),
    ("diff", "experiment.yaml:run_000", "run_002"),
    ("diff", "experiment.yaml:base", "run_000"),
    ("check", "experiment.yaml"),
    ("build", "experiment.yaml"),
    ("rule", "TCW201"),
)
"""What people read: what cannot be shown is escaped."""


@dataclass(frozen=True)
class Printed:
    code: int
    out: bytes
    err: bytes


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    for name, text in (("", SOURCE), ("mistake.", MISTAKE), ("fixable.", FIXABLE)):
        (folder / f"{name}experiment.yaml").write_bytes(text.encode())
    with inside(folder):
        printed("utf-8", "build", "experiment.yaml")
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Iterator[Path]:
    copied = shutil.copytree(built, tmp_path / "study")
    with inside(copied):
        yield copied


@contextmanager
def stdin(data: bytes, encoding: str) -> Iterator[None]:
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding)
    try:
        yield
    finally:
        sys.stdin = before


def printed(encoding: str, *arguments: str, data: bytes = b"") -> Printed:
    """What a command prints to streams of an encoding, as Python opens them."""
    out = io.TextIOWrapper(io.BytesIO(), encoding, newline="\n")
    err = io.TextIOWrapper(io.BytesIO(), encoding, "backslashreplace", newline="\n")
    with stdin(data, encoding), redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    return Printed(code, *(flushed(stream) for stream in (out, err)))


def flushed(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


@pytest.mark.parametrize("arguments", DATA, ids=" ".join)
def test_data_is_utf8(arguments: tuple[str, ...], folder: Path) -> None:
    expected = printed("utf-8", *arguments, data=FIXABLE.encode())
    assert expected.out.decode("utf-8")
    for encoding in ENCODINGS[1:]:
        found = printed(encoding, *arguments, data=FIXABLE.encode())
        assert (found.code, found.out) == (expected.code, expected.out), encoding


@pytest.mark.parametrize("arguments", TEXT, ids=" ".join)
def test_text_is_shown_or_escaped(arguments: tuple[str, ...], folder: Path) -> None:
    expected = printed("utf-8", *arguments)
    for encoding in ENCODINGS:
        is_shown_or_escaped(encoding, printed(encoding, *arguments), expected)


def is_shown_or_escaped(encoding: str, found: Printed, expected: Printed) -> None:
    assert found.code == expected.code, encoding
    for there, whole in ((found.out, expected.out), (found.err, expected.err)):
        text = there.decode(encoding)
        shown = [shown_in(encoding, line) for line in whole.decode().split("\n")]
        assert [line.replace("ok ", "✓ ") for line in text.split("\n")] == [
            line.replace("\\u2713 ", "✓ ").replace("ok ", "✓ ") for line in shown
        ]


def shown_in(encoding: str, line: str) -> str:
    return line.encode(encoding, "backslashreplace").decode(encoding)


BOM = b"\xef\xbb\xbf"
LINES = [b"\n", b"\r\n", b"\r"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("mark", [b"", BOM], ids=["", "mark"])
@pytest.mark.parametrize("ends", LINES, ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("last", [True, False], ids=["", "open"])
def test_a_repair_keeps_every_other_byte(
    encoding: str, mark: bytes, ends: bytes, last: bool, folder: Path
) -> None:
    text = FIXABLE if last else FIXABLE.rstrip("\n")
    before = mark + text.encode().replace(b"\n", ends)
    after = before.replace(b"  Epochs: 2", b"  epochs: 2")
    name = "own.experiment.yaml"

    Path(name).write_bytes(before)
    assert printed(encoding, "lint", "--fix", "--unsafe-fixes", name).code == 0
    assert Path(name).read_bytes() == after

    arguments = ("lint", "--fix", "--unsafe-fixes", "-", "--stdin-filename", name)
    assert printed(encoding, *arguments, data=before).out == after
    assert printed(encoding, *arguments, data=after).out == after

    Path(name).write_bytes(before)
    patch = printed(encoding, "lint", "--diff", "--unsafe-fixes", name)
    assert patch.out == printed(encoding, *arguments[:2], "--diff", *arguments[2:], data=before).out
    if ends != b"\r":  # git knows no such lines
        Path("patch").write_bytes(patch.out)
        subprocess.run(["git", "apply", "-p1", "patch"], check=True)
        assert Path(name).read_bytes() == after


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=["cp1252", "C"],
)
@pytest.mark.parametrize("arguments", [DATA[0], DATA[-1], TEXT[0], TEXT[4]], ids=" ".join)
def test_a_process_of_its_own_says_the_same(
    arguments: tuple[str, ...], variables: dict[str, str], folder: Path
) -> None:
    encoding = variables.get("PYTHONIOENCODING", "ascii")
    expected = printed(encoding, *arguments, data=FIXABLE.encode())
    done = subprocess.run(
        [sys.executable, "-m", "tcwc", *arguments],
        input=FIXABLE.encode(),
        capture_output=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables},
        check=False,
    )
    assert (done.returncode, done.stdout) == (expected.code, expected.out)
    assert b"Traceback" not in done.stderr
