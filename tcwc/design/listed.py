"""Runs that are listed one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.design.cells import different
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Cell


@dataclass(frozen=True, slots=True)
class ListedCells:
    """Runs that are listed one by one: those of a sample that was drawn."""

    cells: tuple[Cell, ...]

    is_grid = False

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __getitem__(self, place: int) -> Cell:
        return self.cells[place]

    def projections(self, columns: Sequence[int], most: int) -> Iterator[Cell]:
        made = (tuple([cell[column] for column in columns]) for cell in self.cells)
        return different(made, most)
