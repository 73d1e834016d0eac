"""Places that knowledge by hand was read at, and which of them say another thing in a fork.

`tcwc catalog build` notes these in `changed` of about.json: by file, the places of the release that
are not in the fork's file any more (introspect/evidence.py). For most catalogues there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tcwc.model.patterns import pattern

_PLACE = pattern(r"\b((?:recipes|torchtune)/[\w/]+\.py)(?::(\d+)| ([A-Za-z_]\w*)(?=$|[,;]))?")
_MEMBERS = ("at", "seen", "source", "refused_at")
"""The members that say where something was read."""


def places(entry: Any) -> Iterator[str]:
    """The places that an entry names, at any depth: `FILE:LINE`, `FILE NAME`, or `FILE`."""
    for text in said(entry):
        for found in _PLACE.finditer(text):
            yield found[0]


def said(value: Any) -> Iterator[str]:
    """The texts of an entry that say where something was read, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _MEMBERS and not isinstance(inner, dict):
                listed = inner if isinstance(inner, list) else [inner]
                yield from (each for each in listed if isinstance(each, str))
            else:
                yield from said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner)


def file_of(place: str) -> str:
    """The file of a place."""
    return re.split("[: ]", place, maxsplit=1)[0]


def changed_file(entry: Any, changed: Mapping[str, Sequence[str]], recipe: str = "") -> str:
    """The file in which a place of an entry says another thing now; "" where none does.

    What is said of a recipe is looked for in the recipe's own file, whichever of those that do the
    same the entry names; `recipe` is that file.
    """
    for place in places(entry) if changed else ():
        file = file_of(place)
        own = recipe if recipe and file.startswith("recipes/") else file
        if place in changed.get(own, ()):
            return own
    return ""
