"""What a terminal can show: colour, and characters beyond ASCII; and what is no text for it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TextIO

from tcwc.commands.unwritten import Unwritten
from tcwc.model.cut import cut
from tcwc.model.digits import number_of
from tcwc.model.patterns import pattern
from tcwc.model.printable import no_command, printable
from tcwc.model.secrets import masked
from tcwc.report.findings import MAX_WIDTH, STYLES, Paint, painter

_STYLED = pattern(f"([{''.join(STYLES)}])")

_NARROWEST, _WIDEST = 40, 10_000
"""Less holds no finding: what is narrower has to wrap lines. More is no terminal."""


class Progress:
    """A count on one line of a terminal, shown for what takes more than a second."""

    _PATIENCE, _PAUSE = 1.0, 0.1

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._next = time.monotonic() + self._PATIENCE
        self._off = quiet or not stream.isatty()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        if self._off or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._PAUSE
        self._shown = True
        with _written(self._stream):
            self._stream.write(f"\r{done:,} of {total:,} runs ({done * 100 // total} %)")
            self._stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            with _written(self._stream):
                self._stream.write("\r\x1b[K")
                self._stream.flush()


class Moving:
    """A line of a terminal that says each time how things are; nothing where there is none."""

    _PAUSE = 0.5

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._shown = False
        self._next = 0.0
        self._is_on = not quiet and stream.isatty()

    @property
    def is_due(self) -> bool:
        """Whether it is time to say something again."""
        return self._is_on and time.monotonic() >= self._next

    def show(self, text: str) -> None:
        """Say it in the place of what was said before."""
        if self._is_on:
            self._shown = True
            self._next = time.monotonic() + self._PAUSE
            self._write(f"\r{cut(printable(masked(text)), _width(self._stream) - 1)}\x1b[K")

    def clear(self) -> None:
        """Make room for other lines."""
        if self._shown:
            self._shown = False
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        with _written(self._stream):
            encoding = self._stream.encoding or "ascii"
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self._stream.flush()


def paint_for(choice: str, stream: TextIO) -> Paint:
    """How to style text on a stream, by `--color` and NO_COLOR."""
    if choice == "auto":
        wanted = stream.isatty() and not os.environ.get("NO_COLOR") and _term() != "dumb"
        return painter(wanted, _width(stream))
    return painter(choice == "always", _width(stream))


def _width(stream: TextIO) -> int:
    """The columns that a stream has: what COLUMNS says, else the terminal that it is."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and number_of(said):
        return min(max(number_of(said), _NARROWEST), _WIDEST)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, _NARROWEST)
    except (OSError, ValueError):
        return MAX_WIDTH


def tick(stream: TextIO) -> str:
    """✓, or `ok` where the stream cannot show it."""
    return "✓" if _shows(stream, "✓") else "ok"


def say(line: str, stream: TextIO | None = None, *, is_command: bool = False) -> None:
    """Print a line: secrets as stars, and as escapes what the stream's encoding lacks, and what no
    text from outside may do to a terminal or to a log (model/printable.py), line ends in it too.

    `is_command`: it is meant for what reads the log. Raises Unwritten.
    """
    stream, line = stream or sys.stdout, masked(line)
    text = "".join(STYLES.get(part) or printable(part) for part in _STYLED.split(line))
    text = text if is_command else no_command(text)
    if not _shows(stream, text):
        encoding = stream.encoding or "ascii"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    with _written(stream):
        stream.write(f"{text}\n")


def say_lines(lines: Iterable[str], stream: TextIO | None = None) -> None:
    """Print lines, as `say` does each. Raises Unwritten."""
    for line in lines:
        say(line, stream)


def give(text: str) -> None:
    """Write data for another program to stdout: as UTF-8 and with its own line ends, whatever the
    terminal's encoding. File names that are no UTF-8 are the bytes that they are. What makes the
    text has masked secrets and escaped what must not be printed, each form in its own way, so that
    it stays well-formed. Raises Unwritten."""
    with _written(sys.stdout):
        # What was printed before waits in the buffer above this one.
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))


def flush(stream: TextIO) -> None:
    """Write out what waits. Raises Unwritten."""
    with _written(stream):
        stream.flush()


@contextmanager
def _written(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unwritten(stream, error) from None


def _shows(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _term() -> str:
    return os.environ.get("TERM", "")
