"""Works a design out: which runs it has, what their derived values are, and what is wrong with it.

A grid that nothing filters is never gone through: it is counted and indexed as it is. What needs
formulas or draws is imported where there are some.
"""

from __future__ import annotations

from tcwc.design.cells import GridCells
from tcwc.design.product import Grid
from tcwc.design.settled import Settled, repeated_rows, too_many
from tcwc.model.frozen import replace
from tcwc.model.ir import Design, Value


def settle(design: Design, shared: dict[str, Value], limit: int) -> Settled:
    """Work a design out; `shared` is the config that all runs share. Raises nothing."""
    settled = _settle(design, shared, limit)
    if design.derived or design.conditional or any(factor.when for factor in design.factors):
        from tcwc.design.misread import misread

        if early := tuple(misread(design, shared)):
            # All else was worked out with values that were not there yet.
            return replace(settled, found=early)
    return settled


def _settle(design: Design, shared: dict[str, Value], limit: int) -> Settled:
    if design.sample and any(factor.distribution for factor in design.factors):
        from tcwc.design.drawing import draw

        return draw(design, shared, limit)
    parts = (design.derived, design.conditional, design.exclude, design.sample)
    if any(parts) or any(factor.when for factor in design.factors):
        from tcwc.design.selection import select

        return select(design, shared, limit)
    grid = Grid.of(design)
    needs = tuple((index,) for index in range(len(design.factors)))
    cells = GridCells(grid, None, tuple(row.levels for row in design.rows), needs)
    repeated = repeated_rows(design, [row for row in design.rows if row.levels in grid])
    return Settled(design.factors, (), cells, (*too_many(design, grid, limit), *repeated))
