"""What keeps a mapping from being built upon, and the traces of a git merge in it."""

from __future__ import annotations

import re

_FOLDER = "FOLDER"
"""Stands for the output folder in a help."""


class LockError(Exception):
    """A mapping that must not be built upon. `line` counts from 1; 0 where it is the whole file.

    `folder` is the output folder that it lies in, as the help names it.
    """

    def __init__(self, message: str, help: str, line: int = 0, folder: str = "configs") -> None:
        super().__init__(message)
        self.message = message
        self.help = help.replace(_FOLDER, folder)
        self.line = line
        self.folder = folder
        self._help = help

    def in_folder(self, folder: str) -> LockError:
        """The same error, of the mapping in a folder."""
        return LockError(self.message, self._help, self.line, folder)


_ONE_SIDE = (
    "keep one side's folder: `git checkout HEAD -- FOLDER/` (or MERGE_HEAD for the other side),"
    " then build again and `git add FOLDER/`. The ids of that side stand; new runs of the other"
    " keep theirs where they can, or get the next free ones, and the build lists them"
)
_COMMITTED = ". Where the merge is committed, HEAD^ is the side"

_CONFLICT = ("\n<<<<<<< ", "\n||||||| ", "\n=======\n", "\n>>>>>>> ")
_PARAMETERS = re.compile(r'^  (run_[0-9]{3,}): \{"parameters": (\{.*?\}), "', re.MULTILINE)
_SHOWN = 5


def check_merged(text: str) -> None:
    """Refuse a mapping with conflict markers. Raises LockError."""
    found = [text.find(mark) + 1 for mark in _CONFLICT if mark in text]
    if text.startswith(_CONFLICT[0][1:]):
        found.append(0)
    if found:
        line = text.count("\n", 0, min(found)) + 1
        message = "the mapping holds the conflict markers of a git merge"
        raise LockError(message + _of_both_sides(text), _ONE_SIDE, line)


def _of_both_sides(text: str) -> str:
    """Which ids the two sides of a merge gave to different runs; "" where none."""
    given: dict[str, dict[str, None]] = {}
    for id, parameters in _PARAMETERS.findall(text):
        given.setdefault(id, {})[parameters] = None
    several = [f"{id} is {' and '.join(what)}" for id, what in given.items() if len(what) > 1]
    more = [f"and {len(several) - _SHOWN} more"] if len(several) > _SHOWN else []
    return "".join(f"; {each}" for each in (*several[:_SHOWN], *more))


def given_twice(run_id: str, line: int = 0) -> LockError:
    """The error for an id that two records have."""
    return LockError(f"the mapping has {run_id} twice", _ONE_SIDE + _COMMITTED, line)
