"""Whole numbers of texts from outside.

`int` reads digits of every alphabet, and fails at long texts; `str.isdigit` says yes
to what it does not read (`²`).
"""

from __future__ import annotations

_DIGITS = 18
"""More count nothing; of 4,300 and more Python makes no number."""


def whole(text: str) -> int | None:
    """The number that is written in so few ASCII digits; None where it is none."""
    return int(text) if len(text) <= _DIGITS and text.isascii() and text.isdecimal() else None
