"""Tries the repeated pieces of an eighth, one after the other: `python -m tests.limits.worker
EIGHTH FIRST`, where FIRST is the number of the case to begin with. Prints a line as a call begins,
and one as it has ended, so that whoever reads knows what ended this process."""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

from tcwc.cli import main
from tests.conftest import EIGHTHS
from tests.limits.calls import CPU, MEMORY, write, wrong
from tests.limits.pieces import PIECES
from tests.limits.places import PLACES, Files

LENGTH = 30_000
"""Characters of a repeated piece."""

_FILE = "experiment.yaml"
OTHERS = (
    ("lint", _FILE, "--format", "json"),
    ("build", _FILE),
    ("lint", _FILE, "--fix", "--unsafe-fixes"),
    ("plan", _FILE),
    ("lint", _FILE, "--format", "sarif"),
    ("check", _FILE),
    ("explain", _FILE, "0"),
    ("lint", _FILE, "--diff", "--unsafe-fixes"),
    ("plan", _FILE, "--format", "markdown"),
    ("lint", _FILE, "--format", "github"),
    ("show", _FILE, "0"),
    ("plan", _FILE, "--format", "json"),
    ("explain", _FILE, "0", "--format", "json"),
)
"""Beside a lint, one of these for each third case."""
_OF_ANY_LENGTH = ("show", "--diff", "json", "sarif")


def cases(eighth: int, first: int) -> Iterator[tuple[int, str, Files]]:
    """The number, name and files of the cases of an eighth, from one on."""
    number = -1
    for place, files in PLACES.items():
        for piece in PIECES:
            number += 1
            if number % EIGHTHS == eighth and number >= first:
                yield number, f"{piece!a} in {place}", files((piece * LENGTH)[:LENGTH])


def call(words: tuple[str, ...]) -> tuple[str, float]:
    """What is wrong with a call in the current folder, or "ok", and its CPU seconds."""
    said = io.BytesIO()
    stream = io.TextIOWrapper(said, "utf-8", errors="backslashreplace", write_through=True)
    begun = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(begun) + CPU, resource.RLIM_INFINITY))
    with redirect_stdout(stream), redirect_stderr(stream):
        code: object
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code
        except Exception:
            code = traceback.format_exc()[-300:]
    seconds = time.process_time() - begun
    return wrong(code, said.getvalue(), any_length=any(w in words for w in _OF_ANY_LENGTH)), seconds


def _all(eighth: int, first: int) -> None:
    for number, name, files in cases(eighth, first):
        turn, others = divmod(number // EIGHTHS, 3)
        for words in (("lint", _FILE), *([] if others else [OTHERS[turn % len(OTHERS)]])):
            called = f"{' '.join(words)} of {name}"
            print(json.dumps([number, called, None, 0]), flush=True)
            with tempfile.TemporaryDirectory() as folder:
                write(folder, files)
                os.chdir(folder)
                found, seconds = call(words)
                os.chdir("/")
            print(json.dumps([number, called, found, round(seconds, 2)]), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"eighth {eighth}: at most {peak / 1000:.0f} MB", file=sys.stderr)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _all(int(sys.argv[1]), int(sys.argv[2]))
