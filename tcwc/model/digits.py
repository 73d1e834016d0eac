"""Digits as whole numbers, however many there are: Python makes none of more than 4,300."""

from __future__ import annotations

_MOST = 18
MANY: int = 10**_MOST
"""Stands for every number of more digits: beyond all that is counted."""


def number_of(digits: str) -> int:
    """The number that decimal digits are, with a sign or none; at most `MANY`, at least `-MANY`."""
    if len(digits) <= _MOST:
        return int(digits)
    sign = -1 if digits[0] == "-" else 1
    bare = digits.lstrip("+-").lstrip("0")
    return sign * (int(bare or "0") if len(bare) <= _MOST else MANY)
