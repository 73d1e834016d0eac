"""The runs of a design, in its order, as a sequence that makes them when they are asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from math import prod

from tcwc.design.product import Grid, projection
from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Cell


@dataclass(frozen=True, slots=True)
class GridCells:
    """The cells of a grid, or those at some `places` of it, and behind them `rows`.

    `finish` makes a run of the grid's levels: it takes the factors away whose `when` does not
    hold, and adds the derived columns. `needs` says of each column which factors its level
    follows from. `finish` follows from the rest of an experiment, so that it is not compared.
    """

    grid: Grid
    places: Sequence[int] | None
    rows: tuple[Cell, ...]
    needs: tuple[tuple[int, ...], ...]
    # A factory, since `field` of `tcwc.model.frozen` knows no other default.
    finish: Callable[[Cell], Cell] | None = field(default_factory=lambda: None, compare=False)
    known: dict[tuple[int, ...], tuple[Cell, ...]] = field(default_factory=dict, compare=False)
    """The projections that were asked for; many checks ask for the same."""

    @property
    def is_grid(self) -> bool:
        return self.grid.is_plain and self.places is None and not self.rows and self.finish is None

    def __len__(self) -> int:
        # `len` raises for more, and a grid may be of any size until its limit refuses it.
        return min(self._inside + len(self.rows), sys.maxsize)

    @property
    def _inside(self) -> int:
        """How many of the runs the grid has."""
        return self.grid.size if self.places is None else len(self.places)

    def __iter__(self) -> Iterator[Cell]:
        cells = iter(self.grid) if self.places is None else self.grid.at(self.places)
        finished = cells if self.finish is None else map(self.finish, cells)
        return chain(finished, self.rows) if self.rows else finished

    def __getitem__(self, place: int) -> Cell:
        """The run at a place of the design. Raises IndexError outside it."""
        if not 0 <= place < len(self):
            raise IndexError(f"run {place} of {len(self)}")
        if place >= self._inside:
            return self.rows[place - self._inside]
        cell = self.grid[place if self.places is None else self.places[place]]
        return cell if self.finish is None else self.finish(cell)

    def projections(self, columns: Sequence[int], most: int) -> Iterator[Cell]:
        """The different combinations of levels that some columns have over the runs.

        Where they are more than `most`, only some, in which every level occurs.
        """
        wanted = tuple(columns)
        if wanted not in self.known:
            made = map(projection(wanted), self._over(wanted, most))
            self.known[wanted] = tuple(different(made, most, self._there_are(wanted)))
        return iter(self.known[wanted])

    def _there_are(self, columns: Sequence[int]) -> int | None:
        """How many combinations the columns can have; None where that is not said by the grid."""
        if self.finish is not None or self.rows:
            return None
        axes = {self.grid.axis_of(column) for column in columns} - {None}
        return prod(self.grid.axes[axis].size for axis in axes if axis is not None)

    def _over(self, columns: Sequence[int], most: int) -> Iterable[Cell]:
        """Runs that have every combination of the columns' levels, as few as is easy."""
        if self.places is not None:
            return self
        moving = (self.grid.axis_of(factor) for column in columns for factor in self.needs[column])
        axes = {axis for axis in moving if axis is not None}
        few = prod(self.grid.axes[axis].size for axis in axes) <= most
        cells = self.grid.over(axes) if few else self.grid.one_at_a_time(axes)
        return chain(cells if self.finish is None else map(self.finish, cells), self.rows)


def different(cells: Iterable[Cell], most: int, there_are: int | None = None) -> Iterator[Cell]:
    """Each different cell once; behind the first `most` only those with a level not met yet.

    Where it is known how many `there_are`, no more cells are looked at than it takes to meet them.
    """
    met: set[Cell] = set()
    levels_met: set[tuple[int, int | None]] = set()
    for cell in cells:
        if cell in met:
            continue
        met.add(cell)
        levels = set(enumerate(cell))
        if len(met) <= most or not levels <= levels_met:
            levels_met |= levels
            yield cell
        if len(met) == there_are:
            return
