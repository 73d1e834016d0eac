"""The runs of a grid that is filtered, sampled, or has derived values.

A cell, step by step: levels; `when`; derived; `exclude`; `sample`; then the rows of `include`.
The places of the cells that are left are kept, 8 bytes each, never the cells.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from itertools import islice

from tcwc.design.cells import GridCells
from tcwc.design.coordinates import Coordinates
from tcwc.design.finisher import Finisher, Predicate, idle, idle_constants
from tcwc.design.product import Grid
from tcwc.design.settled import Settled, over_limit, repeated_rows, too_many
from tcwc.model.design import LeftOut
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Cell, Design, Value
from tcwc.model.limits import RUNS, WALKED
from tcwc.model.rules import (
    EVERYTHING_EXCLUDED,
    IDLE_CONDITION,
    IDLE_SAMPLE,
    TOO_MANY_RUNS,
)
from tcwc.model.source import Span
from tcwc.numerals.draws import rank

_RANKED = 3
"""As many conditions does it take as long as to give a cell its place in a sample."""


def select(design: Design, shared: dict[str, Value], limit: int) -> Settled:
    """Work such a design out; `shared` is the config that all runs share."""
    grid = Grid.of(design)
    found: list[Diagnostic] = []
    places: Sequence[int] | None = None
    left_out: LeftOut | None = None
    if design.exclude or design.sample or any(factor.when for factor in design.factors):
        selection = _Selection(design, grid, shared)
        places = selection.places(min(limit, RUNS.at_most))
        found += selection.found(limit)
        left_out = selection.left_out
    else:
        found += too_many(design, grid, limit)
    finisher = Finisher(design.factors, design, shared)
    rows = tuple(finisher.derive(row.levels) for row in design.rows)
    made = GridCells(grid, places, rows, finisher.needs, finisher.finish)
    # A grid that is too large makes no runs, so that nobody needs what would be derived in them.
    if not found or places is not None:
        _compute(made, finisher)
    if finisher.is_spent:
        made = replace(made, places=(), rows=())
    found += finisher.failures.found()
    found += idle_constants(finisher)
    # A whole grid says by arithmetic what is in it; what is left of one has to be gone through.
    among = set(islice(made, len(made) - len(rows))) if rows and places is not None else grid
    width = len(design.factors)
    inside = (row for row, cell in zip(design.rows, rows, strict=True) if _in(cell, among, width))
    found += repeated_rows(design, inside)
    found = list(dict.fromkeys(found))
    return Settled(design.factors, finisher.settled(), made, tuple(found), left_out)


def _in(cell: Cell, among: set[Cell] | Grid, width: int) -> bool:
    return cell[:width] in among if isinstance(among, Grid) else cell in among


def _compute(cells: GridCells, finisher: Finisher) -> None:
    """Meet every derived value that some run has."""
    width = cells.grid.width
    if len(cells.needs) == width:
        return
    if cells.places is not None:
        for _ in cells:
            if finisher.is_spent:
                return
        return
    factors = {factor for needs in cells.needs[width:] for factor in needs}
    axes = {axis for factor in factors if (axis := cells.grid.axis_of(factor)) is not None}
    for cell in cells.grid.over(axes):
        finisher.finish(cell)
        if finisher.is_spent:
            return


class _Selection:
    """Goes through a grid once, and counts what its conditions do."""

    def __init__(self, design: Design, grid: Grid, shared: dict[str, Value]) -> None:
        self._design = design
        self._grid = grid
        self._finisher = Finisher(design.factors, design, shared)
        self._excludes = [self._finisher.predicate(each) for each in design.exclude]
        self._whens = [when for _, when in self._finisher.whens]
        width = len(design.factors)
        self._reads_derived = any(i >= width for each in self._excludes for i in each.columns)
        asked = 1 + len(self._excludes) + len(self._whens) + _RANKED * bool(design.sample)
        self._most = WALKED.at_most // asked
        """Cells that are gone through, at most, to find those that are left."""
        self._visited = 0
        self._left = 0
        self._repeated = 0
        self._complete = False

    def places(self, limit: int) -> Sequence[int]:
        """The places of the cells that are left, ascending; at most one more than the limit."""
        sample = self._design.sample
        if sample is None:
            return array("Q", islice((place for place, _ in self._kept()), limit + 1))
        if self._grid.size > self._most:
            return array("Q")  # nothing is known of a sample before the last cell was ranked
        coordinates = Coordinates(self._design.factors)
        ranked = ((rank(sample.seed, coordinates.of(cell)), place) for place, cell in self._kept())
        return array("Q", sorted(place for _, place in nsmallest(sample.size, ranked)))

    def _kept(self) -> Iterator[tuple[int, Cell]]:
        """Every cell that is left, and its place; of equal ones the first."""
        finisher = self._finisher
        conditional = [index for index, _ in finisher.whens]
        for place, levels in enumerate(islice(self._grid, self._most)):
            self._visited += 1
            cell = finisher.unset(levels)
            if finisher.is_spent:
                return
            if any(cell[index] is None and levels[index] for index in conditional):
                self._repeated += 1  # an earlier cell has the same levels of what is set
                continue
            whole = finisher.derive(cell) if self._reads_derived else cell
            verdicts = [each(whole) for each in self._excludes]  # all, so that each is counted
            if True not in verdicts:
                self._left += 1
                yield place, cell
        # Not reached where the caller has seen enough: then not all is known.
        self._complete = self._visited == self._grid.size

    @property
    def left_out(self) -> LeftOut:
        """What was met that is no run."""
        return LeftOut(self._visited - self._left - self._repeated, self._repeated)

    # --- what is wrong with it -------------------------------------------------------------

    def found(self, limit: int) -> Iterator[Diagnostic]:
        yield from self._finisher.failures.found()
        if self._finisher.is_spent:
            return
        if not self._complete:
            yield self._more(limit)
            return
        yield from _idle({"exclude": self._excludes, "when": self._whens})
        sample = self._design.sample
        if not self._left and not self._design.rows and self._excludes:
            yield finding(
                EVERYTHING_EXCLUDED,
                self._excludes[0].formula.span,
                f"of {self._visited:,} combinations none is left, so there are no runs",
                help="a run is left out where any line of `exclude` holds",
            )
        elif sample is not None and sample.size >= self._left:
            yield finding(
                IDLE_SAMPLE,
                sample.span,
                f"a sample of {sample.size:,} of {self._left:,} runs is all of them",
                help="remove `sample:`, or ask for fewer",
            )
        rows = len(self._design.rows)
        count = rows + (min(sample.size, self._left) if sample else self._left)
        if count > min(limit, RUNS.at_most):
            more = f", of which {rows:,} are included ones" if rows else ""
            yield over_limit(self._start, f"{count:,} runs{more}", limit, count)

    def _more(self, limit: int) -> Diagnostic:
        """The finding where not all of the grid was gone through."""
        allowed = min(limit, RUNS.at_most)
        if self._left > allowed and self._design.sample is None:
            return over_limit(
                self._start,
                f"{self._grid.size:,} combinations make more than {allowed:,} runs",
                limit,
                # How many it would take is not known: at most all of them, if so many may be.
                max(allowed + 1, min(self._grid.size, RUNS.at_most)),
            )
        return finding(
            TOO_MANY_RUNS,
            self._start,
            f"{self._grid.size:,} combinations are more than tcwc goes through "
            f"({self._most:,} with these conditions, whatever `limit` says) to find the ones that "
            "are wanted",
            help="give the variables fewer levels, or draw them with `choice` under `sample`",
        )

    @property
    def _start(self) -> Span:
        return self._design.factors[0].span


_IDLE = (
    (
        "exclude",
        False,
        "this excludes nothing: it holds in no combination of the levels",
        "compare with values that are among the levels, or remove the line",
    ),
    (
        "when",
        False,
        "this never holds, so the variable is set in no run",
        "compare with values that are among the levels, or remove the variable",
    ),
    (
        "when",
        True,
        "this always holds, so the condition changes nothing",
        "write the levels alone, as a list",
    ),
)
"""What a condition is that comes to one value in all cells, by what it is for and that value."""


def _idle(conditions: dict[str, Sequence[Predicate]]) -> Iterator[Diagnostic]:
    for what, value, message, help in _IDLE:
        for formula in idle(conditions[what], value):
            yield finding(IDLE_CONDITION, formula.span, message, help=help)
