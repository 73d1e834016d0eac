"""What a terminal can show: colour, and characters beyond ASCII."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from tcwc.report.findings import Paint, painter


def paint_for(choice: str, stream: TextIO) -> Paint:
    """How to style text on a stream, by `--color` and NO_COLOR."""
    if choice == "auto":
        wanted = stream.isatty() and not os.environ.get("NO_COLOR") and _term() != "dumb"
        return painter(wanted)
    return painter(choice == "always")


def tick(stream: TextIO) -> str:
    """✓, or `ok` where the stream cannot show it."""
    return "✓" if _shows(stream, "✓") else "ok"


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a line, with what the stream's encoding lacks as escapes."""
    stream = stream or sys.stdout
    if not _shows(stream, text):
        encoding = stream.encoding or "ascii"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    print(text, file=stream)


def _shows(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _term() -> str:
    return os.environ.get("TERM", "")
