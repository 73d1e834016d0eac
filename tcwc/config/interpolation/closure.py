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


_MAX_WAYS = 16


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
    """The path of a reference; both spellings of an index that may be a key.

    With each such index there are twice as many: of more than a few the part that holds these.
    """
    if reference.up > len(at):
        return
    start = at[: len(at) - reference.up] if reference.up else ()
    named: list[tuple[str | int, ...]] = []
    ways = 1
    for key in reference.keys:
        if not isinstance(key, str):
            break
        named.append(_spellings(key))
        ways *= len(named[-1])
        if ways > _MAX_WAYS:
            break
    for keys in product(*named):
        yield (*start, *keys)


def _spellings(key: str) -> tuple[str | int, ...]:
    try:
        index = int(key)
    except ValueError:
        return (key,)
    # `01` is item 1 of a list, and in a section a key of its own; so is `-1`.
    return (index,) if str(index) == key and index >= 0 else (index, key)
