"""Files below a folder, of which as much is looked at as costs nobody any time.

Beside an experiment may lie data sets of a million files, or folders that links lead in circles
through.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice

_MOST_ENTRIES = 1_000
"""A folder with more in it is passed over: a part of it would be another one each time."""

_MOST_FOLDERS = 300


def files_below(
    root: str, depth: int, is_passed: Callable[[str], bool], is_closed: Callable[[str], bool]
) -> tuple[list[str], bool]:
    """The files in a folder and in those below it, so deep, by their paths from there, the
    shallowest first; and whether that is all of them.

    Folders whose names are `is_passed` are not looked into, which leaves it all; paths that are
    `is_closed`, and what is too many, are left out.
    """
    found: list[str] = []
    is_whole, folders = True, [""]
    for level in range(depth + 1):
        beyond: list[str] = []
        for folder in folders[:_MOST_FOLDERS]:
            inside = _inside(os.path.join(root, folder), is_closed)
            if inside is None:
                is_whole = False
                continue
            found += (os.path.join(folder, each.name) for each in inside if each.is_file())
            below = (each.name for each in inside if each.is_dir() and not is_passed(each.name))
            beyond += (os.path.join(folder, name) for name in below)
        is_whole = is_whole and len(folders) <= _MOST_FOLDERS and not (beyond and level == depth)
        folders = beyond
    return found, is_whole


def _inside(folder: str, is_closed: Callable[[str], bool]) -> list[os.DirEntry[str]] | None:
    """What is in a folder, sorted; None where it cannot be looked into, or is too much."""
    if is_closed(folder):
        return None
    try:
        with os.scandir(folder) as entries:
            inside = list(islice(entries, _MOST_ENTRIES + 1))
    except OSError:
        return None
    if len(inside) > _MOST_ENTRIES:
        return None
    return sorted((each for each in inside if _is_open(each, is_closed)), key=_name)


def _is_open(entry: os.DirEntry[str], is_closed: Callable[[str], bool]) -> bool:
    return not (entry.is_symlink() and is_closed(entry.path))


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
