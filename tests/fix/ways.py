"""One repair in every way: of a file, of what comes on stdin, and as a diff for `patch`."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tcwc.cli import main
from tcwc.model.printable import printable


class _Kept(io.BytesIO):
    """What was written, also once a program has closed its stdout."""

    def close(self) -> None:
        self.flush()


MARK = "\ufeff".encode()

PATCH = shutil.which("patch")
"""The program that applies diffs, where there is one."""


def fixed(path: Path, data: bytes, flag: str) -> bytes:
    """What `lint FLAG` makes of a file with these bytes, which the other ways give too.

    Raises AssertionError where they do not. The file is left as the fix leaves it.
    """
    name = os.path.relpath(path)
    path.write_bytes(data)
    diff = _printed([flag, "--diff", name])
    assert path.read_bytes() == data, "--diff changes nothing"
    patched = _patched(path, diff)
    path.write_bytes(data)
    streamed = _printed([flag, "-", "--stdin-filename", name], data)
    assert path.read_bytes() == data, "stdin is in no file"
    _printed([flag, name])
    made = path.read_bytes()
    assert streamed == made, f"stdin gives {streamed!r}, the file {made!r}"
    assert patched in (None, made), f"patch gives {patched!r}, the file {made!r}"
    assert bool(diff) == (made != data)
    return made


def _patched(path: Path, diff: bytes) -> bytes | None:
    source = path.read_text(encoding="utf-8-sig")
    # What must not be printed has escapes in a diff, and such a diff is for reading alone.
    if PATCH is None or any(printable(each) != each for each in source.split("\n")):
        return None
    if diff:
        done = subprocess.run([PATCH, "-p1", "-s"], input=diff, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr + diff
    return path.read_bytes()


def _printed(arguments: list[str], data: bytes = b"") -> bytes:
    """What a call of `lint` prints to stdout, as bytes."""
    before = sys.stdin, sys.stdout, sys.stderr
    out = _Kept()
    sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    # Another encoding than the file's: bytes come in, and bytes go out.
    sys.stdout = io.TextIOWrapper(out, encoding="cp1252", newline="", write_through=True)
    sys.stderr = io.StringIO()
    try:
        main(["lint", "--color", "never", *arguments])
        sys.stdout.flush()
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
    return out.getvalue()


def variant(text: str, number: int) -> bytes:
    """A text as bytes: with the line ends, the mark and the end that a number says."""
    if number & 1:
        text = text.replace("\n", "\r\n")
    if number & 2:
        text = text.rstrip("\r\n")
    return (MARK if number & 4 else b"") + text.encode()
