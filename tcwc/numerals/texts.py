"""Numbers of generators and distributions: decimals of texts as written, and texts of decimals.

Binary floats give 0.30000000000000004 in `range: [0, 0.4, 0.1]`, and libm differs by platform.
Here sums and products are exact, what cannot be (roots, logarithms) has 100 digits, and a result
is rounded once to the nearest double. All of it is bounded by the checks of `parse_number`.
"""

from __future__ import annotations

import math
import re
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
EXACT = Context(3_000, ROUND_HALF_EVEN, -4_000, 4_000, 1, 0, [], [*_TRAPS, Inexact])
"""For sums, differences, products and whole quotients of a few parsed numbers: never inexact."""
FINE = Context(100, ROUND_HALF_EVEN, -4_000, 4_000, 1, 0, [], _TRAPS)
"""For quotients, powers, logarithms."""
SETTLED = Context(60, ROUND_HALF_EVEN, -4_000, 4_000, 1, 0, [], _TRAPS)
"""For results: without the last digits of FINE, so that 9.99... counts as the 10 that it is."""

_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_MAX_TEXT = 400
_MAX_WHOLE = Decimal(10) ** 18


def decimal(text: str) -> Decimal | None:
    """The decimal that a text writes; None where its exponent is beyond what `Decimal` has, which
    raises for it."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def parse_number(text: str) -> Decimal | None:
    """The number that a text is, exactly; None where it is none, or none that a double can hold."""
    if len(text) > _MAX_TEXT or not _NUMBER.fullmatch(text):
        return None
    near = float(text)
    if math.isinf(near):
        return None
    if near == 0:
        # 1e-400 is no 0 to its author, and would be one as a double.
        vanished = re.search("[1-9]", re.split("[eE]", text)[0])
        return None if vanished else Decimal(0)
    return Decimal(text)


def parse_whole(text: str) -> int | None:
    """The whole number that a text is, where it is written as one (`8`, not `8.0`)."""
    return int(text) if len(text) <= _MAX_TEXT and _WHOLE.fullmatch(text) else None


def number_text(number: Decimal) -> str:
    """A whole number in digits, any other as the shortest text that reads as the nearest double."""
    if number == number.to_integral_value() and number.copy_abs() < _MAX_WHOLE:
        return str(int(number))
    return repr(float(number))
