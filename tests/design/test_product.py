"""A grid's cells by place, by membership and by axis, against the product written out."""

from __future__ import annotations

from itertools import product

import pytest

from tcwc.design.product import Axis, Grid, projection
from tcwc.model.ir import Cell

PLAIN = Grid((Axis((0,), 2), Axis((1,), 3)), 2, True, (3, 1))
ZIPPED = Grid((Axis((0, 2), 2, ((0, 1), (1, 0))), Axis((1,), 3)), 4, False, (3, 1))
"""Factors 0 and 2 advance together, and factor 3 has no levels."""
EMPTY = Grid((), 0, True, ())

CELLS: dict[str, tuple[Grid, list[Cell]]] = {
    "plain": (PLAIN, [*product(range(2), range(3))]),
    "zipped": (
        ZIPPED,
        [(one, middle, other, None) for one, other in ((0, 1), (1, 0)) for middle in range(3)],
    ),
    "empty": (EMPTY, [()]),
}


@pytest.mark.parametrize(("grid", "cells"), CELLS.values(), ids=CELLS)
def test_the_cells_of_a_grid(grid: Grid, cells: list[Cell]) -> None:
    assert list(grid) == cells
    assert grid.size == len(cells)
    assert [grid[place] for place in range(len(cells))] == cells
    for outside in (-1, len(cells)):
        with pytest.raises(IndexError, match=f"run {outside} of {len(cells)}"):
            grid[outside]
    wide = [None, 0, 1, 2, 3]
    assert [cell for cell in product(*[wide] * grid.width) if cell in grid] == cells


@pytest.mark.parametrize("size", [3, 100])
@pytest.mark.parametrize("places", [(), (0,), (2,), (0, 2), (0, 1, 2)])
def test_cells_at_places(size: int, places: tuple[int, ...]) -> None:
    """Few are worked out each for itself, many by going through all."""
    grid = Grid((Axis((0,), size),), 1, True, (1,))
    assert list(grid.at(places)) == [(place,) for place in places]


def test_the_axis_of_a_factor() -> None:
    assert [ZIPPED.axis_of(factor) for factor in range(4)] == [0, 1, 0, None]


def test_cells_over_some_axes() -> None:
    assert list(PLAIN.over({1})) == [(0, 0), (0, 1), (0, 2)]
    assert list(PLAIN.over({0})) == [(0, 0), (1, 0)]
    assert list(PLAIN.over(())) == [(0, 0)]
    assert list(PLAIN.over({0, 1})) == list(PLAIN)
    assert list(ZIPPED.over({0})) == [(0, 0, 1, None), (1, 0, 0, None)]


def test_cells_that_differ_from_the_first_in_one_axis() -> None:
    assert list(PLAIN.one_at_a_time({0, 1})) == [(0, 0), (1, 0), (0, 1), (0, 2)]
    assert list(PLAIN.one_at_a_time({1})) == [(0, 0), (0, 1), (0, 2)]
    assert list(ZIPPED.one_at_a_time((0,))) == [(0, 0, 1, None), (1, 0, 0, None)]


def test_a_projection_is_the_levels_in_some_columns() -> None:
    cell = (4, 5, 6)
    found = [projection(columns)(cell) for columns in ((), (1,), (2, 0))]
    assert found == [(), (5,), (6, 4)]
