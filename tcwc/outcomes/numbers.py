"""Numbers in JSON that other programs wrote."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.values import Value

_LONGEST_INT = 1 << 1023


def number_of(value: object) -> float | None:
    """A value of JSON as a number, NaN and Infinity too; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int) and abs(value) >= _LONGEST_INT:
        return None
    return float(value)


def inner(found: Mapping[str, Value], key: str) -> dict[str, Value]:
    """The object under a key; an empty one where there is none."""
    value = found.get(key)
    return value if isinstance(value, dict) else {}
