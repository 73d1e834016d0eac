"""Runs that are drawn: a sample over variables of which some have a distribution.

Draw i of each axis comes from the seed, the axis' name and i, so that a variable more changes no
other's draws, and a larger sample contains a smaller one. A draw that is excluded, or that is a
run already, is passed over for the next i.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count
from math import prod

from tcwc.design.evaluator import GrowingColumn
from tcwc.design.finisher import Finisher, idle_constants
from tcwc.design.listed import ListedCells
from tcwc.design.product import Axis, Grid
from tcwc.design.settled import Settled, repeated_rows
from tcwc.model.design import Distribution, Sample
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Cell, Design, Factor, Op, Value, format_path
from tcwc.model.limits import DRAWN, DRAWS
from tcwc.model.rules import BAD_SAMPLE, TOO_MANY_RUNS
from tcwc.numerals.draws import choice, loguniform, uniform, unit

_TRIES = 100
_FIRST = 1_000
"""Draws for each run that there is, and before the first, until it is said that there are too few.
"""

_KINDS = {"uniform": uniform, "loguniform": loguniform}


def draw(design: Design, shared: dict[str, Value], limit: int) -> Settled:
    """Work out a design with a sample that is drawn; `shared` is what all runs share."""
    sample = design.sample
    assert sample is not None
    drawer = _Drawer(design, shared)
    # One past the limit is enough to refuse it: nobody waits for a million draws to be told.
    most = min(DRAWN.at_most, DRAWS.at_most // max(drawer.per_run, 1))
    drawn = drawer.cells(replace(sample, size=min(sample.size, limit + 1, most)))
    factors, drawn = _trimmed(drawer.finisher.columns[: len(design.factors)], drawn)
    finisher = Finisher(factors, design, shared)
    runs = [finisher.derive(cell) for cell in drawn]
    rows = [finisher.derive(row.levels) for row in design.rows]
    inside = (row for row, cell in zip(design.rows, rows, strict=True) if cell in set(runs))
    found = [
        *drawer.finisher.failures.found(),
        *finisher.failures.found(),
        *idle_constants(finisher),
        *_count(sample, drawer, len(drawn), len(rows), limit),
        *repeated_rows(design, inside),
    ]
    cells = ListedCells(() if finisher.is_spent else (*runs, *rows))
    return Settled(factors, finisher.settled(), cells, tuple(dict.fromkeys(found)))


def draw_of(design: Design, factors: Sequence[Factor], cell: Cell) -> int | None:
    """The index of the draw that a run of a design came from; None where it was not drawn.

    `factors` are the design's with the levels that were drawn.
    """
    sample, axes = design.sample, _axes(design)
    if sample is None or not any(factor.distribution for factor in factors):
        return None
    for index in range(_FIRST + _TRIES * sample.size):
        drawn = ((axis, unit(sample.seed, name, index)) for name, axis in axes)
        if all(_is_drawn(factors, axis, u, cell) for axis, u in drawn):
            return index
    return None


def _is_drawn(factors: Sequence[Factor], axis: Axis, u: Fraction, cell: Cell) -> bool:
    """Whether a run has what an axis has at a draw; where a `when` does not hold, it has none."""
    if axis.steps is not None:
        step = axis.steps[choice(u, axis.size)]
        return all(cell[f] in (None, level) for f, level in zip(axis.factors, step, strict=True))
    (factor,) = axis.factors
    level, spec = cell[factor], factors[factor].distribution
    if level is None:
        return True
    if spec is None or spec.kind == "choice":
        return level == choice(u, axis.size)
    return factors[factor].levels[level].value == _number(spec, u)


def _count(
    sample: Sample, drawer: _Drawer, drawn: int, rows: int, limit: int
) -> Iterator[Diagnostic]:
    """What is wrong with the number of runs."""
    help = "ask for fewer, or split the experiment, each part with a seed of its own"
    if sample.size + rows > limit:
        more = f" and {rows:,} included ones" if rows else ""
        yield finding(
            TOO_MANY_RUNS,
            sample.span,
            f"a sample of {sample.size:,} runs{more}, and the limit is {limit:,}",
            help=f"write `limit: {sample.size + rows}` at the top level if that many are meant",
        )
    elif sample.size > DRAWN.at_most:
        yield finding(
            TOO_MANY_RUNS,
            sample.span,
            f"a sample of {sample.size:,} runs, and tcwc draws at most {DRAWN}, whatever `limit` "
            "says",
            help=help,
        )
    elif sample.size * drawer.per_run > DRAWS.at_most:
        yield finding(
            TOO_MANY_RUNS,
            sample.span,
            f"a sample of {sample.size:,} runs draws {sample.size * drawer.per_run:,} levels, "
            f"{drawer.per_run} in each, and tcwc draws at most {DRAWS}, whatever `limit` says",
            help=help,
        )
    elif drawn < sample.size:
        yield finding(
            BAD_SAMPLE,
            sample.span,
            f"{sample.size:,} different runs are wanted, and "
            + ("there are" if drawer.exhausted else f"{drawer.draws:,} draws gave")
            + f" {drawn:,}",
            help="ask for fewer, or exclude less",
        )


class _Drawer:
    """Draws cells of a design's factors, whose columns gain the levels that are drawn."""

    def __init__(self, design: Design, shared: dict[str, Value]) -> None:
        self.finisher = Finisher(design.factors, design, shared)
        self._excludes = [self.finisher.predicate(each) for each in design.exclude]
        self._axes = _axes(design)
        self.per_run = len(self._axes)
        """Levels, or steps of a zip, that a run draws."""
        self._width = len(design.factors)
        lists = [axis.size for _, axis in self._axes]
        self._different = prod(lists)  # 0 with a continuous variable: there is no end
        self.exhausted = False
        self.draws = 0

    def cells(self, sample: Sample) -> list[Cell]:
        """The first different cells that are not excluded, at most as many as are wanted."""
        seen: dict[Cell, None] = {}
        # Every draw, also those that became no run: once all have been met, it is over.
        met: set[Cell] = set()
        for index in count():
            self.draws = index
            if index == _FIRST + _TRIES * len(seen):
                break
            drawn = self._drawn(sample.seed, index)
            if drawn in met:
                self.exhausted = len(met) == self._different
                if self.exhausted:
                    break
                continue
            met.add(drawn)
            cell = self.finisher.unset(drawn)
            if cell in seen:
                continue
            whole = self.finisher.derive(cell) if self._excludes else cell
            verdicts = [each(whole) for each in self._excludes]  # all, so that each is counted
            if True not in verdicts:
                seen[cell] = None
                if len(seen) == sample.size:
                    break
        return list(seen)

    def _drawn(self, seed: int, index: int) -> Cell:
        cell: list[int | None] = [None] * self._width
        for name, axis in self._axes:
            u = unit(seed, name, index)
            if axis.steps is not None:
                for factor, level in zip(
                    axis.factors, axis.steps[choice(u, axis.size)], strict=True
                ):
                    cell[factor] = level
            else:
                (factor,) = axis.factors
                cell[factor] = _level(self.finisher.columns[factor], u)
        return tuple(cell)


def _axes(design: Design) -> list[tuple[str, Axis]]:
    """What is drawn as one, under the name by which it is drawn."""
    drawn = [
        Axis((index,), 0)
        for index, factor in enumerate(design.factors)
        if factor.distribution is not None and not factor.size
    ]
    axes = (*Grid.of(design).axes, *drawn)
    return [(format_path(design.factors[axis.factors[0]].path), axis) for axis in axes]


def _level(column: GrowingColumn, u: Fraction) -> int:
    """The level that a column has at a draw."""
    factor = column.factor
    spec = factor.distribution
    if spec is None or spec.kind == "choice":
        return choice(u, factor.size)
    value = _number(spec, u)
    return column.place(
        value, Assignment(factor.path, value, Op.SET, False, factor.span, factor.span)
    )


def _number(spec: Distribution, u: Fraction) -> int | float:
    """What a distribution of numbers gives at a draw."""
    low, high = spec.bounds
    text = _KINDS[spec.kind](u, low, high, spec.whole)
    return int(text) if spec.whole else float(text)


def _trimmed(
    columns: Sequence[GrowingColumn], cells: list[Cell]
) -> tuple[tuple[Factor, ...], list[Cell]]:
    """The factors with the levels that are in some run, and the cells by the new indices."""
    factors: list[Factor] = []
    places: list[dict[int | None, int | None]] = []
    for at, column in enumerate(columns):
        factor = column.factor
        given = len(factor.levels)
        later = dict.fromkeys(
            level for cell in cells if (level := cell[at]) is not None and level >= given
        )
        kept = [*range(given), *later]
        places.append({None: None, **{old: new for new, old in enumerate(kept)}})
        if factor.distribution is not None:
            levels = tuple(column.levels[level] for level in kept)
            factor = replace(factor, levels=levels, spare=0)
        factors.append(factor)
    made = [tuple(at[level] for at, level in zip(places, cell, strict=True)) for cell in cells]
    return tuple(factors), made
