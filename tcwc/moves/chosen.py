"""Which way of saying a table of runs is the shortest: a grid, a grid with exceptions, a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from tcwc.jobs.conditions import FactorWords, conditions_of
from tcwc.model.frozen import dataclass
from tcwc.model.limits import KEY
from tcwc.moves.columns import Varying, combined
from tcwc.moves.layout import Bundle, Pattern, Ratios, bundles_of, layout

_CELLS = 20_000
"""Combinations that are looked through for those that are no runs."""
_EXCEPTIONS = 2
"""Exceptions of a grid that are always fine; of many runs a third may be."""
_ROWS = 12
"""Runs that may be rows of their own."""


@dataclass(frozen=True, slots=True)
class Way:
    """Runs that are a grid, its pattern over them, and the others, which are rows of their own.

    `missing` are the combinations of the levels of `tangled` bundles that are no run, in words
    where these can be said (`exclude`). With `is_list` the tangled bundles are listed.
    """

    runs: tuple[int, ...]
    columns: tuple[Varying, ...]
    pattern: Pattern
    rows: tuple[int, ...] = ()
    missing: frozenset[tuple[int | None, ...]] = frozenset()
    is_list: bool = False


def chosen(columns: Sequence[Varying], runs: int, ratios: Ratios) -> Way:
    """The way with the fewest exceptions; a list where they are too many."""
    whole = _over(columns, range(runs), (), ratios)
    if whole.pattern.is_whole:
        return whole
    ways = [whole, *_with_rows(columns, runs, ratios)]
    counted = [(_exceptions(way), place) for place, way in enumerate(ways)]
    known = [(count, place) for count, place in counted if count is not None]
    if known and min(known)[0] <= max(_EXCEPTIONS, runs // 3):
        return ways[min(known)[1]]
    return Way(whole.runs, whole.columns, whole.pattern, is_list=True)


def _over(
    columns: Sequence[Varying], runs: Sequence[int], rows: Sequence[int], ratios: Ratios
) -> Way:
    """The pattern of some runs, where the others are rows."""
    over = [each.of(runs) for each in columns] if rows else list(columns)
    over = [each for each in over if len(each) > 1]
    pattern = layout(over, len(runs), ratios)
    return Way(tuple(runs), tuple(over), pattern, tuple(rows), _missing(pattern.tangled))


def _missing(tangled: Sequence[Bundle]) -> frozenset[tuple[int | None, ...]]:
    """The combinations of levels that no run has; none where they are too many to look at."""
    if prod(map(len, tangled)) > _CELLS:
        return frozenset()
    there = set(zip(*(each.codes for each in tangled), strict=True))
    return frozenset(cell for cell in product(*(range(len(b)) for b in tangled))) - there


def _with_rows(columns: Sequence[Varying], runs: int, ratios: Ratios) -> Iterator[Way]:
    """The patterns that are left when some runs are rows: first those with the most levels that
    no other run has."""
    bundles = bundles_of(columns)
    alone = Counter(run for bundle in bundles for run in _alone(bundle))
    order = [run for run, _ in alone.most_common(min(runs // 3, _ROWS))]
    for count in range(1, len(order) + 1):
        out = sorted(order[:count])
        left = [run for run in range(runs) if run not in out]
        if combined([each.of(left).codes for each in columns]) == len(left):
            yield _over(columns, left, out, ratios)


def _alone(bundle: Bundle) -> list[int]:
    """The runs that alone have a level."""
    counts = Counter(bundle.codes)
    return [run for run, code in enumerate(bundle.codes) if counts[code] == 1]


def _exceptions(way: Way) -> int | None:
    """How many lines say what is no grid; None where none can."""
    tangled = way.pattern.tangled
    if not tangled:
        return len(way.rows)
    if not way.missing:
        return None
    words = [FactorWords("f", tuple("0" for _ in range(len(each)))) for each in tangled]
    every = frozenset(product(*(range(len(each)) for each in tangled)))
    made = conditions_of(way.missing, every, words, KEY.at_most)
    return None if made is None else len(way.rows) + _terms(made)


def _terms(conditions: Sequence[str]) -> int:
    return sum(1 + each.count(" or ") for each in conditions)
