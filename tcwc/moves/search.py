"""A search of another program, before it is an experiment: what varies, and what of it is lost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tcwc.config.walk import is_number
from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Op, Path, Value
from tcwc.model.paths import BadKey, parse_key
from tcwc.moves.columns import identity
from tcwc.moves.draft import VariableText
from tcwc.moves.steps import Setting
from tcwc.moves.written import flow_text

_LISTED = 50
"""Whole numbers between two ends up to which they are listed."""
SIZE = 20
"""Runs that are drawn where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is varied, what is constant, how many runs are drawn (0 for all), what is said for
    people, and what was left out; `lost` is what counts of that."""

    name: str = ""
    config: str = ""
    recipe: str = ""
    variables: tuple[VariableText, ...] = ()
    controls: tuple[Setting, ...] = ()
    exclude: tuple[str, ...] = ()
    drawn: int = 0
    meta: Mapping[str, Value] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    processes: str = ""
    has_groups: bool = False
    """Whether a level of a whole section names a file of the program's."""

    @property
    def grid(self) -> int:
        """How many runs all levels make; 0 where some are drawn from a distribution."""
        is_listed = not any(each.text for each in self.variables)
        return math.prod(len(each.levels) for each in self.variables) if is_listed else 0


class NoLike(ValueError):
    """What has no like here, in words."""


def path_of(key: str) -> Path:
    """The path that a key says. Raises NoLike."""
    found = parse_key(key)
    if isinstance(found, BadKey):
        raise NoLike(found.message)
    return found.path


def levels(key: str, values: Sequence[Value]) -> VariableText:
    """A variable of a list of levels."""
    if not values:
        raise NoLike("it has no levels")
    made = list({identity(each): each for each in reversed(values)}.values())[::-1]
    op = Op.REPLACE if any(isinstance(each, dict) for each in made) else Op.SET
    return VariableText(path_of(key), tuple(made), op)


def between(key: str, low: Value, high: Value, word: str = "uniform") -> VariableText:
    """A variable that is drawn between two ends. Raises NoLike."""
    if not is_number(low) or not is_number(high) or not low < high:
        raise NoLike("its ends are no two numbers, the smaller first")
    if word == "loguniform" and low <= 0:
        raise NoLike("its logarithm has no end: the lower end is not above 0")
    return VariableText(path_of(key), (), text=f"{{{word}: {flow_text([low, high])}}}")


def whole(key: str, low: Value, high: Value) -> VariableText:
    """A variable that is drawn from whole numbers. Raises NoLike."""
    if not (is_number(low) and is_number(high) and low == int(low) and high == int(high)):
        raise NoLike("its ends are no whole numbers")
    return _listed(key, int(low), int(high), Decimal(1))


def multiples(key: str, low: Value, high: Value, step: Value) -> VariableText:
    """A variable that is drawn from multiples of a number: W&B rounds to them. Raises NoLike."""
    if not (is_number(low) and is_number(high) and is_number(step)) or not step > 0:
        raise NoLike("its ends are no numbers")
    return _listed(key, round(low / step), round(high / step), Decimal(repr(step)))


def _listed(key: str, first: int, last: int, step: Decimal) -> VariableText:
    count = last - first + 1
    if not 0 < count <= _LISTED:
        raise NoLike(f"it is drawn from {max(count, 0):,} numbers: list those that you want")
    numbers = (Decimal(each) * step for each in range(first, last + 1))
    return levels(key, [_number(each) for each in numbers])


def _number(value: Decimal) -> Value:
    return int(value) if value == int(value) else float(value)


def raised(exponent: Value) -> float:
    """e to an exponent, as W&B has the ends of `log_uniform`. Raises NoLike."""
    if not is_number(exponent) or abs(exponent) > 50:
        raise NoLike("its ends are no exponents of e")
    return float(f"{math.exp(exponent):.3g}")
