"""The names of run files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress

RUN_FILE = re.compile(r"run_([0-9]{3,})\.yaml")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
EVALUATIONS = "eval"
"""The folder with a folder for each evaluation that has configs."""
EVALUATION_FILE = re.compile(rf"{EVALUATIONS}/{_NAME}/{_NAME}\.yaml")
"""The names of their files, from the output folder."""
_MOST_DIGITS = 8
"""Numbers of up to so many digits take a bit each (at most 12 MB)."""


def evaluation_files(folder: str) -> Iterator[str]:
    """The names of the configs of evaluations that stand in an output folder, from it.

    What a link leads to is none of them. Raises OSError where a folder cannot be looked into.
    """
    above = f"{folder}/{EVALUATIONS}"
    for name in () if os.path.islink(above) else _names(above):
        for file in () if os.path.islink(f"{above}/{name}") else _names(f"{above}/{name}"):
            if EVALUATION_FILE.fullmatch(found := f"{EVALUATIONS}/{name}/{file}"):
                yield found


def _names(folder: str) -> list[str]:
    with suppress(FileNotFoundError, NotADirectoryError):
        return os.listdir(folder)
    return []


class FileNames:
    """The names of a build. Those of runs take a bit each."""

    def __init__(self) -> None:
        self._runs = bytearray()
        self._others: set[str] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, name: str) -> bool:
        return self._has(name, _number(name))

    def _has(self, name: str, number: int | None) -> bool:
        if number is None:
            return name in self._others
        byte, bit = divmod(number, 8)
        return byte < len(self._runs) and bool(self._runs[byte] & 1 << bit)

    def add(self, name: str) -> None:
        number = _number(name)
        if self._has(name, number):
            raise ValueError(f"{name} twice in one build")
        self._count += 1
        if number is None:
            self._others.add(name)
            return
        byte, bit = divmod(number, 8)
        if byte >= len(self._runs):
            self._runs.extend(bytes(byte + 1 - len(self._runs)))
        self._runs[byte] |= 1 << bit


def _number(name: str) -> int | None:
    found = RUN_FILE.fullmatch(name)
    # `run_0012` is another file than `run_012`, and must not share its bit.
    if found is None or len(found[1]) > _MOST_DIGITS or (len(found[1]) > 3 and name[4] == "0"):
        return None
    return int(found[1])
