"""How often each level and each pair of levels occurs, and which factors that leaves apart.

Judged are the runs of the design without the rows of `include`: a run that is added stands beside
a grid, and does not make it a worse one. A grid that nothing filters is counted by arithmetic;
other runs are gone through once, some thousand at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from math import comb, fsum, sqrt
from typing import TypeAlias

from tcwc.design.cells import GridCells
from tcwc.design.product import Axis, Grid
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Experiment, Factor
from tcwc.model.limits import PAIRED_RUNS, PAIRS

_AT_ONCE = 8192
"""Runs that are counted together."""

Frequencies: TypeAlias = Mapping["int | None", int]
"""How many runs have a level; None is a factor that is not set."""

Table: TypeAlias = "Mapping[tuple[int | None, int | None], int]"
"""How many runs have a pair of levels, of those that occur."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two factors, by index. `table` is None where they are orthogonal.

    Each pair of levels of orthogonal factors is in `row total x column total / runs` runs.
    """

    first: int
    second: int
    zipped: bool
    table: Table | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What the judged runs have of each factor, by index, and the `included` ones beside them."""

    runs: int
    levels: tuple[Frequencies, ...]
    included: tuple[Frequencies, ...]
    pairs: tuple[Pair, ...]
    uncounted: int = 0
    """Further pairs, where they are too many to be counted."""

    def count(self, pair: Pair, first: int | None, second: int | None) -> int:
        """The judged runs that have a level of the first factor and one of the second."""
        if pair.table is not None:
            return pair.table.get((first, second), 0)
        row = self.levels[pair.first].get(first, 0)
        return row * self.levels[pair.second].get(second, 0) // max(self.runs, 1)

    def is_balanced(self, at: int, factor: Factor) -> bool:
        """Whether its levels occur equally often in the runs in which it is set."""
        return len({self.levels[at].get(level, 0) for level in range(factor.size)}) <= 1

    def association(self, pair: Pair) -> float:
        """Cramer's V: 0 where two factors are orthogonal, 1 where one follows from the other."""
        rows, columns = self.levels[pair.first], self.levels[pair.second]
        smaller = min(len(rows), len(columns))
        if pair.table is None or smaller < 2:
            return 0.0
        parts = (n * n / (rows[a] * columns[b]) for (a, b), n in pair.table.items())
        # exact before it is rounded: equally related pairs tie, whatever Python adds them up
        return sqrt(max(fsum(parts) - 1, 0) / (smaller - 1))

    def follows(self, pair: Pair) -> tuple[int, int] | None:
        """The factor that has one level only beside each level of the other, before that other."""
        if pair.table is None:
            return None
        if len(pair.table) == len(self.levels[pair.first]):
            return pair.second, pair.first
        if len(pair.table) == len(self.levels[pair.second]):
            return pair.first, pair.second
        return None


def is_judged(factor: Factor) -> bool:
    """Whether its levels were chosen, so that it may be balanced: neither drawn from a range, nor
    a path that rows of `include` alone set."""
    drawn = factor.distribution is not None and factor.distribution.kind != "choice"
    return factor.size > 0 and not drawn


def balance(experiment: Experiment) -> Balance:
    """Count what the runs of an experiment have."""
    design, cells = experiment.design, experiment.cells
    runs = len(cells) - len(design.rows)
    judged = [at for at, factor in enumerate(experiment.factors) if is_judged(factor)]
    if comb(len(judged), 2) > PAIRS.at_most:  # what is the same in all runs pairs with nothing
        judged = [at for at in judged if experiment.factors[at].size > 1]
    whole = isinstance(cells, GridCells) and cells.places is None
    most = PAIRS.at_most if whole else min(PAIRS.at_most, PAIRED_RUNS.at_most // max(runs, 1))
    chosen = list(islice(combinations(judged, 2), most))
    if isinstance(cells, GridCells) and whole:
        levels, tables = _calculated(cells.grid, chosen)
    else:
        levels, tables = _counted(islice(cells, runs), len(design.factors), chosen)
    group_of = {at: group for group, zip_ in enumerate(design.zips) for at in zip_.factors}
    included = tuple(Counter(row.levels[at] for row in design.rows) for at in range(len(levels)))
    pairs = tuple(
        Pair(
            a,
            b,
            group_of.get(a, -1) == group_of.get(b, -2),
            _unless_orthogonal(tables.get((a, b)), levels[a], levels[b]),
        )
        for a, b in chosen
    )
    uncounted = comb(len(judged), 2) - len(chosen)
    return Balance(runs, tuple(levels), included, pairs, uncounted)


Tables: TypeAlias = "dict[tuple[int, int], Counter[tuple[int | None, int | None]]]"


def _calculated(
    grid: Grid, pairs: Iterable[tuple[int, int]]
) -> tuple[list[Counter[int | None]], Tables]:
    """The counts of a whole grid; factors on different axes are orthogonal, and in no table."""
    unset = {None: grid.size}
    levels: list[Counter[int | None]] = [Counter() for _ in range(grid.width)]
    tables: Tables = {}
    steps: dict[int, tuple[Axis, Sequence[int]]] = {}
    for axis in grid.axes:
        each = grid.size // axis.size
        for factor, places in _places(axis):
            for level, count in Counter(places).items():
                levels[factor][level] = count * each
            if axis.steps is not None:
                steps[factor] = axis, places
    for a, b in pairs if steps else ():
        if a in steps and b in steps and steps[a][0] is steps[b][0]:
            axis, ones = steps[a]
            counted = Counter(zip(ones, steps[b][1], strict=True))
            each = grid.size // axis.size
            tables[a, b] = Counter({pair: count * each for pair, count in counted.items()})
    return [counts or Counter(unset) for counts in levels], tables


def _places(axis: Axis) -> Iterator[tuple[int, Sequence[int]]]:
    """Each factor of an axis with its level at each place."""
    if axis.steps is None:
        yield axis.factors[0], range(axis.size)
    else:
        yield from zip(axis.factors, zip(*axis.steps, strict=True), strict=True)


def _counted(
    cells: Iterable[tuple[int | None, ...]], width: int, pairs: Sequence[tuple[int, int]]
) -> tuple[list[Counter[int | None]], Tables]:
    """The counts of runs that are gone through, of the first `width` columns."""
    levels: list[Counter[int | None]] = [Counter() for _ in range(width)]
    tables: Tables = {pair: Counter() for pair in pairs}
    left = iter(cells)
    while together := list(islice(left, _AT_ONCE)):
        # By columns, not by runs: a Counter takes in a whole sequence without a loop of ours.
        columns = list(zip(*together, strict=True))
        for at in range(width):
            levels[at].update(columns[at])
        for (a, b), table in tables.items():
            table.update(zip(columns[a], columns[b], strict=True))
    return levels, tables


def _unless_orthogonal(
    table: Table | None, rows: Frequencies, columns: Frequencies
) -> Table | None:
    """A table of counts, or None where each is what its row and column make it."""
    if table is None:
        return None
    runs = sum(rows.values())
    full = len(table) == len(rows) * len(columns)
    even = full and all(n * runs == rows[a] * columns[b] for (a, b), n in table.items())
    return None if even else table
