"""The full factorial of an experiment's factors, never held in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from tcwc.ir import Factor

Cell = tuple[int, ...]
"""The index of the level that each factor has in a run."""


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells in row-major order, the last factor fastest, as `itertools.product` gives them."""

    sizes: Cell

    @staticmethod
    def of(factors: tuple[Factor, ...]) -> Grid:
        return Grid(tuple(len(factor.levels) for factor in factors))

    def __len__(self) -> int:
        return prod(self.sizes)

    def __iter__(self) -> Iterator[Cell]:
        return product(*map(range, self.sizes))

    def __getitem__(self, index: int) -> Cell:
        """The cell at a place of the design. Raises IndexError outside it."""
        if not 0 <= index < len(self):
            raise IndexError(f"run {index} of {len(self)}")
        cell: list[int] = []
        for size in reversed(self.sizes):
            index, level = divmod(index, size)
            cell.append(level)
        return tuple(reversed(cell))

    def index(self, cell: Cell) -> int:
        """The place of a cell in the design."""
        place = 0
        for size, level in zip(self.sizes, cell, strict=True):
            place = place * size + level
        return place
