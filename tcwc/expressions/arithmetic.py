"""Numbers of expressions: exact integers, and decimals that are rounded once to a double.

A float of a config counts as the shortest text that reads back as it, which is what was written
(up to 17 digits). So `0.1 * 3` is 0.3, and a logarithm is the same on every platform, where
binary floats and libm differ. Everything here is bounded: no integer beyond what a double can
hold, 60 digits otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import TypeAlias

Number: TypeAlias = int | Decimal

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
_CONTEXT = Context(60, ROUND_HALF_EVEN, -400, 400, 1, 0, [], _TRAPS)
# For what is rounded on the way to a result.
_FINER = Context(80, ROUND_HALF_EVEN, -420, 420, 1, 0, [], _TRAPS)
# Without the last digits, in which 1/3*3 is not yet 1: see _settled.
_COARSER = Context(50, ROUND_HALF_EVEN, -400, 400, 1, 0, [], _TRAPS)
_MAX_BITS = 1_024
_MAX_PLACES = 30


class NotComputable(Exception):
    """Why a number cannot be computed. Caught by `evaluate`."""


def of_float(number: float) -> Decimal:
    """A float as the shortest decimal that reads back as it."""
    if number != number:
        raise NotComputable("it is not a number (nan)")
    return Decimal(repr(number))


def to_float(number: Decimal) -> float:
    """The nearest double, ties to even."""
    return float(number)


def compute(operator: str, left: Number, right: Number) -> Number:
    """`left operator right`. Raises NotComputable."""
    if operator in ("/", "//", "%") and right == 0:
        raise NotComputable("a division by zero")
    try:
        if isinstance(left, int) and isinstance(right, int):
            return _bounded(_whole(operator, left, right))
        return _OPERATIONS[operator](_decimal(left), _decimal(right))
    except (InvalidOperation, DivisionByZero):
        raise NotComputable("it has no value") from None
    except Overflow:
        raise NotComputable("the result is too large") from None


def negated(number: Number) -> Number:
    return -number if isinstance(number, int) else number.copy_negate()


def compare(left: Number, right: Number) -> int:
    """-1, 0 or 1, of integers as they are and of decimals as the doubles that they round to."""
    one, other = _comparable(left), _comparable(right)
    return (one > other) - (one < other)


def call(function: str, numbers: list[Number]) -> Number:
    """A function of numbers. Raises NotComputable."""
    try:
        return _FUNCTIONS[function](*numbers)
    except (InvalidOperation, DivisionByZero):
        raise NotComputable("it has no value") from None
    except Overflow:
        raise NotComputable("the result is too large") from None


def _whole(operator: str, left: int, right: int) -> Number:
    """Integers stay exact; `/` gives one where it divides exactly."""
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "//":
        return left // right
    if operator == "%":
        return left % right
    if operator == "/":
        quotient, rest = divmod(left, right)
        return quotient if not rest else _CONTEXT.divide(_decimal(left), _decimal(right))
    return _power(left, right)


def _power(base: int, exponent: int) -> Number:
    if exponent < 0:
        if base == 0:
            raise NotComputable("a division by zero")
        return _CONTEXT.power(_decimal(base), _decimal(exponent))
    # Before it is computed: 9**9**9**9 would take all memory.
    if abs(base) > 1 and (abs(base).bit_length() - 1) * exponent > _MAX_BITS:
        raise NotComputable("the result is too large")
    return int(base**exponent)


def _bounded(number: Number) -> Number:
    if isinstance(number, int) and number.bit_length() > _MAX_BITS:
        raise NotComputable("the result is too large")
    return number


def _decimal(number: Number) -> Decimal:
    if isinstance(number, int):
        _bounded(number)
        return Decimal(number)
    return number


def _floor_divide(left: Decimal, right: Decimal) -> Decimal:
    return _divmod(left, right)[0]


def _modulo(left: Decimal, right: Decimal) -> Decimal:
    return _divmod(left, right)[1]


def _divmod(left: Decimal, right: Decimal) -> tuple[Decimal, Decimal]:
    """Python's: the remainder has the sign of the divisor (decimal's has the dividend's)."""
    left, right = _settled(left), _settled(right)
    quotient, rest = _CONTEXT.divmod(left, right)
    if rest and (rest < 0) != (right < 0):
        return _CONTEXT.subtract(quotient, Decimal(1)), _CONTEXT.add(rest, right)
    # No remainder is a zero with the divisor's sign in Python: -0.7 % 0.7 is 0.0, not -0.0.
    return quotient, rest or rest.copy_sign(right)


def _settled(number: Decimal) -> Decimal:
    """Without the last digits, so that 0.999... of `1/3*3` counts as the 1 that it is."""
    return _COARSER.plus(number)


def _real_power(base: Decimal, exponent: Decimal) -> Decimal:
    if base < 0 and exponent != exponent.to_integral_value():
        raise NotComputable("a root of a negative number")
    if not base and exponent < 0:
        raise NotComputable("a division by zero")
    return _CONTEXT.power(base, exponent)


_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _CONTEXT.add,
    "-": _CONTEXT.subtract,
    "*": _CONTEXT.multiply,
    "/": _CONTEXT.divide,
    "//": _floor_divide,
    "%": _modulo,
    "**": _real_power,
}


def _comparable(number: Number) -> int | float:
    return number if isinstance(number, int) else to_float(number)


def _min(*numbers: Number) -> Number:
    return min(numbers)


def _max(*numbers: Number) -> Number:
    return max(numbers)


def _abs(number: Number) -> Number:
    return abs(number) if isinstance(number, int) else number.copy_abs()


def _int(number: Number) -> int:
    if isinstance(number, int):
        return number
    if not number.is_finite():
        raise NotComputable("it is infinite")
    return int(_settled(number))


def _float(number: Number) -> Decimal:
    return _decimal(number)


def _round(number: Number, places: Number = 0) -> Number:
    """To the nearest, ties to even; without `places` an integer."""
    if not isinstance(places, int) or not 0 <= places <= _MAX_PLACES:
        raise NotComputable(f"round(x, n) takes 0 to {_MAX_PLACES} places")
    if isinstance(number, int):
        return number
    if not number.is_finite():
        raise NotComputable("it is infinite")
    settled = _settled(number)
    if not places:
        return int(settled.to_integral_value(ROUND_HALF_EVEN))
    # quantize() refuses more digits than its context has; so many are beyond any place to round at.
    if settled.adjusted() + places >= _COARSER.prec:
        return settled
    return _COARSER.quantize(settled, Decimal(1).scaleb(-places))


def _log2(number: Number) -> Decimal:
    value = _positive(number)
    # In _CONTEXT alone log2(2**53) would be 52.999...: both logarithms are rounded.
    return _CONTEXT.plus(_FINER.divide(_FINER.ln(value), _FINER.ln(Decimal(2))))


def _log10(number: Number) -> Decimal:
    return _CONTEXT.log10(_positive(number))


def _positive(number: Number) -> Decimal:
    value = _decimal(number)
    if value <= 0:
        raise NotComputable("a logarithm of what is not above 0")
    return value


def _sqrt(number: Number) -> Decimal:
    value = _decimal(number)
    if value < 0:
        raise NotComputable("a root of a negative number")
    return _CONTEXT.sqrt(value)


_FUNCTIONS: dict[str, Callable[..., Number]] = {
    "min": _min,
    "max": _max,
    "abs": _abs,
    "int": _int,
    "float": _float,
    "round": _round,
    "log2": _log2,
    "log10": _log10,
    "sqrt": _sqrt,
}
