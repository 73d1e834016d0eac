"""Which paths a value may depend on, in whatever config it stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tcwc.config.interpolation.parse import references
from tcwc.config.interpolation.reading import child, texts
from tcwc.config.interpolation.syntax import Reference
from tcwc.model.ir import Path, Value

MAX_DEPTH = 50
"""Segments of a path that a reference leads to; a config is not so deep."""

_MOST_SPELT = 8
"""Keys of a reference, from its first, that may be indices written with zeros (`01`)."""


def mentions(value: Value, at: Path) -> Iterator[Path]:
    """The paths that each `${...}` in a value at a path names.

    Of one whose keys other references give, the part before these: it may be any path below.
    """
    for place, text in texts(value, at):
        for reference in references(text):
            yield from _paths(reference, place)


def led_to(value: Value, rest: Path, at: Path) -> Iterator[Path]:
    """The paths that decide what is found `rest` below a value that stands at a path."""
    for depth, key in enumerate(rest):
        if isinstance(value, str):
            for path in mentions(value, at):
                yield path
                further = (*path, *rest[depth:])
                if len(further) <= MAX_DEPTH:  # a circle leads ever deeper
                    yield further
            return
        there, value, key = child(value, key)
        if not there:
            return
        at = (*at, key)
    yield from mentions(value, at)


def _paths(reference: Reference, at: Path) -> Iterator[Path]:
    """The path of a reference; both spellings of an index that may be a key."""
    if reference.up > len(at):
        return
    start = at[: len(at) - reference.up] if reference.up else ()
    named: list[tuple[str | int, ...]] = []
    for key in reference.keys:
        if not isinstance(key, str):
            break
        # Two spellings of a key double the paths there are, and lists are in few lists.
        spelt = _spellings(key)
        named.append(spelt if sum(len(each) > 1 for each in named) < _MOST_SPELT else spelt[:1])
    for keys in product(*named):
        yield (*start, *keys)


def _spellings(key: str) -> tuple[str | int, ...]:
    try:
        index = int(key)
    except ValueError:
        return (key,)
    # `01` is item 1 of a list, and in a section a key of its own.
    return (index,) if str(index) == key else (index, key)
