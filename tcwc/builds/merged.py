"""The traces of a git merge in the text of a mapping, which nothing is built upon."""

from __future__ import annotations

import re

from tcwc.builds.errors import FOLDER, LockError
from tcwc.model.patterns import pattern

_ONE_SIDE = (
    f"keep one side's folder: `git checkout HEAD -- {FOLDER}/` (or MERGE_HEAD for the other side,"
    f" in a rebase REBASE_HEAD), then build again and `git add {FOLDER}/`. The ids of that side"
    " stand; new runs of the other keep theirs where they can, or get the next free ones, and the"
    " build lists them"
)
_COMMITTED = ". Where the merge is committed, HEAD^ is the side"

# `|||||||` is there with git's `merge.conflictStyle = diff3`.
_CONFLICT = ("\n<<<<<<< ", "\n||||||| ", "\n=======\n", "\n>>>>>>> ")
_PARAMETERS = pattern(r'^  (run_[0-9]{3,}): \{"parameters": (\{.*?\}), "', re.MULTILINE)
_SHOWN = 5


def check_merged(text: str) -> None:
    """Refuse a mapping with conflict markers. Raises LockError."""
    found = _markers(text)
    if found:
        line = text.count("\n", 0, min(found)) + 1
        message = "the mapping holds the conflict markers of a git merge"
        raise LockError(message + _of_both_sides(text), _ONE_SIDE, line)


def _markers(text: str) -> list[int]:
    """Where conflict markers stand in a text."""
    found = [text.find(mark) + 1 for mark in _CONFLICT if mark in text]
    return [0, *found] if text.startswith(_CONFLICT[0][1:]) else found


def is_half_merged(text: str) -> bool:
    """Whether a text holds the conflict markers of a git merge."""
    return bool(_markers(text))


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
