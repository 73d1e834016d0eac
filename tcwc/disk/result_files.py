"""Files that trainings and evaluations left, found by their names.

A link is not followed: what lies behind it is of another run, or of nobody here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from tcwc.disk.plain import read_plain
from tcwc.model.frozen import dataclass

_LARGEST = 1 << 28
"""Bytes of a file: a million steps of ten metrics have less."""


@dataclass(frozen=True, slots=True)
class LeftFile:
    """A file by its path from the folder that was looked into; `why_not` says why it cannot be
    read, "" where it can."""

    name: str
    data: bytes = b""
    why_not: str = ""

    @property
    def text(self) -> str:
        """What is in it as a text; bytes that are none stay seen as such."""
        return self.data.decode("utf-8", "replace")


def files_left(folder: str, deep: int, is_wanted: Callable[[str], bool]) -> Iterator[LeftFile]:
    """The wanted files in a folder, and up to so many folders `deep` below it, sorted by name."""
    for name in names_left(folder, deep, is_wanted):
        try:
            yield LeftFile(name, read_plain(os.path.join(folder, name), _LARGEST))
        except OSError as error:
            yield LeftFile(name, why_not=error.strerror or str(error))


def names_left(folder: str, deep: int, is_wanted: Callable[[str], bool]) -> list[str]:
    """The names of the files that `files_left` reads."""
    return sorted(filter(is_wanted, _names(folder, "", deep)))


def folders_in(folder: str) -> list[str]:
    """The names of the folders in a folder, sorted; none where it is not there."""
    try:
        with os.scandir(folder) as entries:
            return sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _names(folder: str, below: str, deep: int) -> Iterator[str]:
    try:
        with os.scandir(os.path.join(folder, below)) as entries:
            found = [(each.name, each.is_dir(follow_symlinks=False), each.is_symlink())
                     for each in entries]  # fmt: skip
    except OSError:
        return
    for name, is_folder, is_link in found:
        path = f"{below}/{name}" if below else name
        if is_folder and deep:
            yield from _names(folder, path, deep - 1)
        elif not is_folder and not is_link:
            yield path
