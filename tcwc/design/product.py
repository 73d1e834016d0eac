"""The full factorial of a design's axes, never held in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import accumulate, islice, product
from operator import itemgetter, mul

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Cell, Design

_SPARSE = 8
"""To go through all cells is quicker than to work out each from its place, if of so many one is
wanted."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What advances as one: a factor, or several that are zipped.

    `steps` are the levels of these factors at each place of it; None for one factor, whose levels
    are the places.
    """

    factors: tuple[int, ...]
    size: int
    steps: tuple[tuple[int, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """All combinations in row-major order, the last axis fastest, as `itertools.product` has them.

    `width` is the number of factors; those on no axis have a level in no cell. `is_plain` says
    whether every factor is an axis of its own, `strides` how far apart in the grid two places of
    each axis are.
    """

    axes: tuple[Axis, ...]
    width: int
    is_plain: bool
    strides: tuple[int, ...]

    @staticmethod
    def of(design: Design) -> Grid:
        """The grid of a design; a group of zipped factors stands where its first member does."""
        zip_of = {index: each for each in design.zips for index in each.factors}
        axes: list[Axis] = []
        for index, factor in enumerate(design.factors):
            group = zip_of.get(index)
            if group is not None:
                if index == min(group.factors):
                    axes.append(Axis(group.factors, len(group.steps), group.steps))
            elif factor.size:
                axes.append(Axis((index,), factor.size))
        width = len(design.factors)
        is_plain = len(axes) == width and all(axis.steps is None for axis in axes)
        sizes = [axis.size for axis in axes]
        strides = tuple(accumulate((1, *sizes[:0:-1]), mul))[::-1] if sizes else ()
        return Grid(tuple(axes), width, is_plain, strides)

    @property
    def size(self) -> int:
        """The number of cells, which may be more than `len` can say."""
        return self.strides[0] * self.axes[0].size if self.axes else 1

    def axis_of(self, factor: int) -> int | None:
        """The axis that a factor is on."""
        return next((at for at, axis in enumerate(self.axes) if factor in axis.factors), None)

    def __iter__(self) -> Iterator[Cell]:
        places = product(*(range(axis.size) for axis in self.axes))
        return iter(places) if self.is_plain else map(self._spread, places)

    def at(self, places: Sequence[int]) -> Iterator[Cell]:
        """The cells at places that ascend."""
        if len(places) * _SPARSE < self.size:
            yield from map(self.__getitem__, places)
            return
        cells, behind = iter(self), 0
        for place in places:
            yield next(islice(cells, place - behind, None))
            behind = place + 1

    def over(self, axes: Collection[int]) -> Iterator[Cell]:
        """The cells in which all other axes are at their first place."""
        moving = (range(axis.size if at in axes else 1) for at, axis in enumerate(self.axes))
        return map(self._spread, product(*moving))

    def one_at_a_time(self, axes: Collection[int]) -> Iterator[Cell]:
        """The first cell, and those that differ from it in one axis."""
        first = (0,) * len(self.axes)
        yield self._spread(first)
        for at in axes:
            for place in range(1, self.axes[at].size):
                yield self._spread((*first[:at], place, *first[at + 1 :]))

    def __getitem__(self, place: int) -> Cell:
        """The cell at a place of the grid. Raises IndexError outside it."""
        if not 0 <= place < self.size:
            raise IndexError(f"run {place} of {self.size}")
        steps = zip(self.strides, self.axes, strict=True)
        # By way of a list, as elsewhere for each run: a generator takes a quarter longer.
        return self._spread(tuple([place // stride % axis.size for stride, axis in steps]))

    def __contains__(self, cell: Cell) -> bool:
        """Whether some place of the grid has just these levels."""
        on_axes = {factor for axis in self.axes for factor in axis.factors}
        if any(level is not None for at, level in enumerate(cell) if at not in on_axes):
            return False
        for axis in self.axes:
            levels = tuple([cell[factor] for factor in axis.factors])
            if axis.steps is not None:
                if levels not in axis.steps:
                    return False
            elif levels[0] is None or levels[0] >= axis.size:
                return False
        return True

    def _spread(self, places: tuple[int, ...]) -> Cell:
        """The level of each factor from the place on each axis."""
        if self.is_plain:
            return places
        cell: list[int | None] = [None] * self.width
        for axis, place in zip(self.axes, places, strict=True):
            if axis.steps is None:
                cell[axis.factors[0]] = place
            else:
                for factor, level in zip(axis.factors, axis.steps[place], strict=True):
                    cell[factor] = level
        return tuple(cell)


def projection(columns: Sequence[int]) -> Callable[[Cell], Cell]:
    """The function that gives a cell's levels in some columns. It can be pickled."""
    if len(columns) > 1:
        return itemgetter(*columns)
    start = columns[0] if columns else 0  # a slice, since of one column itemgetter gives no tuple
    return itemgetter(slice(start, start + len(columns)))
