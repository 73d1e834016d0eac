"""The configs of a sweep that differ in shape: enough to check what holds for a whole config.

Whether a key is there, which component stands where and what `${...}` refers to depends on few
of the levels' values. Levels alike in that are one shape, so a grid of a million runs has one or
two variants, and a check over them is a check over all runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from tcwc.design.product import Grid
from tcwc.ir import Assignment, Experiment, Factor, Path, Value
from tcwc.lint.cases import combinations
from tcwc.merge import Conflict, merge
from tcwc.ranges import ranges

MAX_VARIANTS = 2_000
"""Beyond this the shapes are varied one factor at a time, from the first run on."""

_LISTED = 100_000


@dataclass(frozen=True, slots=True)
class Variant:
    """A config that stands for all runs of one shape.

    `assignments` are those that made it, in order; `levels` the levels, by factor, that its runs
    have. `config` lacks what `conflict`, where there is one, kept from being assigned.
    """

    config: dict[str, Value]
    assignments: tuple[Assignment, ...]
    levels: tuple[tuple[int, ...], ...]
    conflicts: tuple[tuple[Assignment, Conflict], ...]

    def origin(self, path: Path) -> Assignment | None:
        """The last assignment that set a path, or a section that holds it."""
        for each in reversed(self.assignments):
            if path[: len(each.path)] == each.path:
                return each
        return None


def variants(experiment: Experiment) -> Iterator[Variant]:
    """A config of each shape that the runs of an experiment have."""
    constants = (*experiment.controls, *experiment.engineering)
    shapes = [_shapes(factor) for factor in experiment.factors]
    for chosen in combinations(shapes, MAX_VARIANTS):
        of_levels = (
            each
            for factor, levels in zip(experiment.factors, chosen, strict=True)
            for each in factor.levels[levels[0]].assignments
        )
        yield _variant(experiment.base.values, (*constants, *of_levels), chosen)


def describe_runs(experiment: Experiment, levels: list[tuple[tuple[int, ...], ...]]) -> str:
    """ "runs 3-5 of 24": the runs, by place in the design, that have any of these levels."""
    grid = Grid.of(experiment.factors)
    count = len(grid)
    if count <= 1 or sum(prod(map(len, chosen)) for chosen in levels) >= count:
        return ""
    if count > _LISTED:
        return f"some of {count:,} runs"
    places = sorted({grid.index(cell) for chosen in levels for cell in product(*chosen)})
    return f"run{'s' if len(places) > 1 else ''} {ranges(places)} of {count}"


def _shapes(factor: Factor) -> list[tuple[int, ...]]:
    """The factor's levels, as indices, put together where they make configs of one shape."""
    alike: dict[object, list[int]] = {}
    for index, level in enumerate(factor.levels):
        alike.setdefault(tuple(map(_shape, level.assignments)), []).append(index)
    return [tuple(indices) for indices in alike.values()]


def _shape(assignment: Assignment) -> tuple[object, ...]:
    """What of an assignment matters to the shape of a config."""
    value = assignment.value
    plain = isinstance(value, (bool, int, float)) or (
        isinstance(value, str)
        and "${" not in value
        and value != "???"
        and assignment.path[-1] != "_component_"
    )
    return assignment.path, assignment.op, type(value).__name__ if plain else repr(value)


def _variant(
    config: dict[str, Value],
    assignments: tuple[Assignment, ...],
    levels: tuple[tuple[int, ...], ...],
) -> Variant:
    conflicts = []
    for each in assignments:
        try:
            config = merge(config, (each,))
        except Conflict as conflict:
            conflicts.append((each, conflict))
    return Variant(config, assignments, levels, tuple(conflicts))
