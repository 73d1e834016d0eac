"""Which file is meant by a name that there is none of.

How experiments are found is handed in by `files.py`, which asks this where one cannot be read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from tcwc.model.words import nearest

_MOST = 3
_YAML = (".yaml", ".yml")

Find = Callable[[str], Iterable[str]]


def near_files(path: str, find: Find) -> list[str]:
    """The files most like a name: with another ending beside it, else experiments of that name
    below here, else those beside it that are spelled almost so."""
    folder, name = os.path.split(path)
    beside = [each for each in _names(folder or ".") if each.endswith(_YAML)]
    stem = os.path.splitext(name)[0]
    same = [each for each in beside if os.path.splitext(each)[0] == stem]
    below = [] if same else [each for each in find(".") if os.path.basename(each) == name]
    if below:
        return below[:_MOST]
    found = same or nearest(name, beside)
    return [os.path.join(folder, each) for each in found]


def named_like(folder: str, called: str) -> tuple[str, ...]:
    """The files most like what a source in a folder calls one, as it would call them."""
    above, _ = os.path.split(called)
    found = near_files(os.path.join(folder, os.path.expanduser(called)), lambda _: ())
    return tuple(os.path.join(above, os.path.basename(each)) for each in found[:_MOST])


def experiments_in(folder: str, find: Find, is_one: Callable[[str], bool]) -> list[str]:
    """The experiments below a folder that people would mean by its name; none where they are many.

    Beside those that go by the name of one, those in the folder itself that have its sections.
    """
    beside = [os.path.normpath(os.path.join(folder, name)) for name in _names(folder)]
    odd = [each for each in beside if each.endswith(_YAML) and is_one(each)]
    found = list(dict.fromkeys([*odd, *find(folder)]))
    return found if len(found) <= _MOST else []


def _names(folder: str) -> list[str]:
    """What is in a folder, but for links that lead nowhere: they can be read no better."""
    try:
        found = sorted(os.listdir(folder))
    except OSError:
        return []
    return [each for each in found if os.path.exists(os.path.join(folder, each))]
