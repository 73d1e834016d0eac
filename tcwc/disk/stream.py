"""A long text on its way to a file that may hold it already."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

_CHUNK = 1 << 16


class MappingStream:
    """A text that is compared with a file as it comes, and staged from where it first differs.

    `old` is the path of the file, `staged` says where the new one goes, asked only if needed.
    CRLF reads as LF, unless `exact`.
    """

    def __init__(self, old: str | None, staged: Callable[[], str], *, exact: bool = False) -> None:
        self._staged = staged
        self._path = old
        self._exact = exact
        self._old: TextIO | None = _open_text(old, exact) if old else None
        self._same = 0
        self._new: TextIO | None = None
        self._pending: list[str] = []
        self._size = 0

    def write(self, chunk: str) -> None:
        self._pending.append(chunk)
        self._size += len(chunk)
        if self._size >= _CHUNK:
            self._flush()

    def finish(self) -> bool:
        """Whether the text differs from the file's; if so it is staged, and safe on the disk."""
        self._flush()
        # A file that goes on behind the text differs too.
        if self._new is None and (self._old is None or self._old.read(1)):
            self._new = self._stage()
        if self._new is None:
            return False
        self._new.flush()
        os.fsync(self._new.fileno())
        self.close()
        return True

    def close(self) -> None:
        for file in (self._old, self._new):
            if file is not None:
                with suppress(OSError):
                    file.close()

    def _flush(self) -> None:
        text = "".join(self._pending)
        self._pending, self._size = [], 0
        if self._new is None and self._old is not None and self._old.read(len(text)) == text:
            self._same += len(text)
            return
        if self._new is None:
            self._new = self._stage()
        self._new.write(text)

    def _stage(self) -> TextIO:
        """The staged file, with what was equal up to here."""
        new = open(self._staged(), "x", encoding="utf-8", newline="\n")  # noqa: SIM115
        if self._path is not None and self._same:
            # Read a second time, since to keep it would take memory that grows with the runs.
            with _open_text(self._path, self._exact) as old:
                for start in range(0, self._same, _CHUNK):
                    new.write(old.read(min(_CHUNK, self._same - start)))
        return new


def _open_text(path: str, exact: bool) -> TextIO:
    # What is not UTF-8 is different from all that tcwc writes.
    newline = "" if exact else None
    return open(path, encoding="utf-8", errors="surrogateescape", newline=newline)
