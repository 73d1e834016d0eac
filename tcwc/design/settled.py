"""What settle.py gives: a design worked out, and the findings on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tcwc.design.product import Grid
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Cells, Design, Factor
from tcwc.model.limits import RUNS
from tcwc.model.rules import BAD_INCLUDE, TOO_MANY_RUNS
from tcwc.model.source import Span

if TYPE_CHECKING:
    from tcwc.model.design import LeftOut, Row


@dataclass(frozen=True, slots=True)
class Settled:
    """A design worked out: its factors with all their levels, its derived columns, its runs."""

    factors: tuple[Factor, ...]
    derived: tuple[Factor, ...]
    cells: Cells
    found: tuple[Diagnostic, ...]
    left_out: LeftOut | None = None


def too_many(design: Design, grid: Grid, limit: int) -> Iterator[Diagnostic]:
    """The finding where a grid that nothing filters has more runs than are allowed."""
    count = grid.size + len(design.rows)
    if count > min(limit, RUNS.at_most) and design.factors:
        sizes = " x ".join(str(axis.size) for axis in grid.axes)
        more = f" and {len(design.rows)} included ones" if design.rows else ""
        made = f"{sizes} levels{more} make {count:,} runs"
        yield over_limit(design.factors[0].span, made, limit, count)


def over_limit(span: Span, made: str, limit: int, enough: int) -> Diagnostic:
    """The finding where what is `made` is more runs than are allowed, by a limit that were
    `enough` or at all."""
    if enough > RUNS.at_most:
        return finding(
            TOO_MANY_RUNS,
            span,
            f"{made}, and tcwc makes at most {RUNS}, whatever `limit` says",
            help="give the variables fewer levels, or take a `sample` of what they make",
        )
    return finding(
        TOO_MANY_RUNS,
        span,
        f"{made}, and the limit is {limit:,}",
        help=f"write `limit: {enough}` at the top level if that many are meant",
    )


def repeated_rows(design: Design, inside: Iterable[Row]) -> Iterator[Diagnostic]:
    """The rows of `include` that are runs anyway: those `inside` the design, and repeated ones."""
    for row in inside:
        yield finding(
            BAD_INCLUDE,
            row.span,
            "the design has this run already, so there is nothing to include",
            help="remove the row, or change a level of it",
        )
    first: dict[object, Row] = {}
    for row in design.rows:
        if first.setdefault(row.levels, row) is not row:
            yield finding(
                BAD_INCLUDE,
                row.span,
                "this run is included twice",
                help="remove one of the two rows; levels are compared by value",
            )
