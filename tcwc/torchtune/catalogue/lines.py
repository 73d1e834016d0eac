"""JSON objects with one member a line: found by text search, so that only one line is parsed.

    {
    "a": {...},
    "b": {...}
    }

A diff of two such files shows what changed member by member, and any JSON reader reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

_DECODER = json.JSONDecoder()
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def dump(members: Mapping[str, object]) -> str:
    """Write the members, in their order. Raises ValueError for inf and nan, which JSON lacks."""
    lines = (f"{_text(key)}: {_text(value)}" for key, value in members.items())
    return "{\n" + ",\n".join(lines) + "\n}\n" if members else "{\n}\n"


def find(text: str, key: str) -> object | None:
    """Parse the value of one member of a text that `dump` wrote; None where there is none."""
    written = find_text(text, key)
    value: object = None if written is None else json.loads(written)
    return value


def find_text(text: str, key: str) -> str | None:
    """The same, as it is written."""
    start = f"\n{_text(key)}: "
    at = text.find(start)
    if at < 0:
        return None
    return text[at + len(start) : text.index("\n", at + 1)].rstrip(",")


def keys(text: str) -> tuple[str, ...]:
    """Give the members' names in their order, without parsing the values."""
    return tuple(
        str(_DECODER.raw_decode(line)[0]) for line in text.split("\n") if line.startswith('"')
    )


def _text(value: object) -> str:
    return _ENCODER.encode(value)
