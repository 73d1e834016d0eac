"""What a machine that checks an untrusted repository gives away, counted over many calls."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from tcwc.cli import main
from tcwc.commands.sessions import VARIABLE as INSIDE_ONLY
from tests.conftest import EIGHTHS
from tests.untrusted.repositories import ELSEWHERE, MARKS, VARIABLE, Make, lay_out, repositories

CALLS = (
    "lint",
    "lint --format concise",
    "lint --format json experiment.yaml",
    "lint --format sarif",
    "lint --format github --strict",
    "lint --diff --unsafe-fixes",
    "lint --inside-only",
    "check",
    "validate experiment.yaml",
    "build experiment.yaml",
    "check experiment.yaml",
    "lint --fix --unsafe-fixes",
    "build --inside-only --force experiment.yaml",
)
"""In this order in each repository: what writes comes last."""

_RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_STUCK = 60
"""Seconds after which a call is taken to wait for ever."""
_SLOW = 5.0
"""Seconds of this process's own: other processes of a busy machine make no call slow."""


def proof(eighth: int) -> Mapping[str, int]:
    """What came of every call in an eighth of the repositories; all but `calls` should be 0."""
    counted = dict.fromkeys(("calls", "marks", "raw", "slow", "writes", "broken"), 0)
    for name, make in repositories()[eighth::EIGHTHS]:
        for what, call in trouble(name, make):
            if what != "calls":
                print(f"{what}: {name}: tcwc {call}")
            counted[what] += 1
    return counted


def trouble(name: str, make: Make) -> Iterator[tuple[str, str]]:
    """What went wrong in a repository, by kind and call; `calls` for each call."""
    with TemporaryDirectory() as folder, _there(folder):
        top = Path(folder)
        repo = lay_out(top, make)
        os.chdir(repo)
        before = _state(top)
        for call in CALLS:
            yield "calls", call
            said, seconds, status = _call(call.split())
            if any(mark in said.lower() for mark in MARKS):
                yield "marks", f"{call}\n{said}"
            if _RAW.search(said):
                yield "raw", call
            if seconds > _SLOW:
                yield "slow", f"{call}: {seconds:.1f} s"
            if status not in (0, 1, 2) or "Traceback" in said or "TCW005" in said:
                yield "broken", f"{call}\n{said}"
            if _state(top) != before:
                yield "writes", call


@contextlib.contextmanager
def _there(folder: str) -> Iterator[None]:
    here = os.getcwd()
    kept = {name: os.environ.get(name) for name in (VARIABLE, INSIDE_ONLY, "HOME", "NO_COLOR")}
    os.environ |= {VARIABLE: "zqxmark 918273645", "HOME": folder, "NO_COLOR": "1"}
    os.environ.pop(INSIDE_ONLY, None)
    try:
        yield
    finally:
        os.chdir(here)
        for name, value in kept.items():
            os.environ.pop(name, None)
            os.environ |= {} if value is None else {name: value}


def _call(argv: list[str]) -> tuple[str, float, int]:
    """What a call prints, its own seconds, and its exit code."""
    out, err = _stream(), _stream()
    start = time.process_time()
    before = signal.signal(signal.SIGALRM, _stuck)
    signal.alarm(_STUCK)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(argv)
    except TimeoutError:
        return "", float(_STUCK), 0
    except Exception as error:
        return f"Traceback: {error!r}", 0.0, 1
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    seconds = time.process_time() - start
    return "".join(_text(each) for each in (out, err)), seconds, status


def _stuck(number: int, frame: FrameType | None) -> None:
    raise TimeoutError


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape", newline="\n")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8", "surrogateescape")


def _state(top: Path) -> dict[str, object]:
    """All that is outside of the repository's work tree, git's own files too."""
    found: dict[str, object] = {ELSEWHERE: os.path.lexists(ELSEWHERE)}
    for folder, folders, names in os.walk(top):
        if Path(folder) == top / "repo":
            folders[:] = [".git"]
            continue
        for name in names:
            path = Path(folder) / name
            found[str(path)] = path.read_bytes() if path.is_file() else None
        found[folder] = sorted((*folders, *names))
    return found
