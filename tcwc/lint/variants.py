"""The configs of a sweep that differ in shape: enough to check what holds for a whole config.

Whether a key is there, which component stands where and what `${...}` refers to depends on few
of the levels' values. Levels alike in that are one shape, so a grid of a million runs has one or
two variants, and a check over them is a check over all runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod

from tcwc.config.interpolation.closure import mentions
from tcwc.config.merge import Conflict, merge
from tcwc.config.walk import strings
from tcwc.lint.assigned import assignments
from tcwc.lint.cases import Levels
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Assignment, Cell, Experiment, Factor, Path, Template, Value, assigned

MAX_VARIANTS = 2_000
"""Beyond this the shapes are varied one factor at a time, from the first run on."""

_LISTED = 100_000
"""Runs that are gone through to say which of them a finding concerns."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A config that stands for all runs of one shape.

    `assignments` are those that made it, in order; `levels` the levels, by column, that its runs
    have. `config` lacks what `conflict`, where there is one, kept from being assigned.
    """

    config: dict[str, Value]
    assignments: tuple[Assignment, ...]
    levels: Levels
    conflicts: tuple[tuple[Assignment, Conflict], ...]
    last: Mapping[Path, int]
    """Which of the assignments is the last of each path."""

    def origin(self, path: Path) -> Assignment | None:
        """The last assignment that set a path, or a section that holds it."""
        ends = range(len(path) + 1)
        at = max(self.last.get(path[:end], -1) for end in ends)
        return None if at < 0 else self.assignments[at]

    def inside(self, path: Path) -> Assignment | None:
        """The first assignment that set something in a section at a path."""
        return next((e for e in self.assignments if e.path[: len(path)] == path), None)


def variants(experiment: Experiment) -> Iterator[Variant]:
    """A config of each shape that the runs of an experiment have."""
    columns = experiment.columns
    telling = _telling(experiment) if columns else frozenset()
    shapes = [_shapes(column, telling) for column in columns]
    for chosen in _chosen(experiment, shapes):
        of_levels = assigned(columns, [levels[0] for levels in chosen])
        yield _variant(experiment.base.values, (*experiment.constants, *of_levels), chosen)


def describe_runs(experiment: Experiment, levels: Sequence[Levels]) -> str:
    """ "run_003-run_005 (3 of 24 runs)": the runs that have any of these levels, by their ids."""
    count = len(experiment.cells)
    if count <= 1:
        return ""
    # Too many to go through: only whether it is all of them can be told by arithmetic.
    if count * len(levels) > _LISTED:
        everything = sum(prod(map(len, chosen)) for chosen in levels) >= prod(
            len(column.levels) for column in experiment.columns
        )
        return "" if everything else f"some of {count:,} runs"
    places = [
        place
        for place, cell in enumerate(experiment.cells)
        if any(_has(cell, chosen) for chosen in levels)
    ]
    if len(places) == count:
        return ""
    from tcwc.lint.naming import named  # where there is something to say

    return named(experiment, places)


def _has(cell: Cell, chosen: Levels) -> bool:
    return all(level in levels for level, levels in zip(cell, chosen, strict=True))


def _chosen(experiment: Experiment, shapes: list[list[tuple[int | None, ...]]]) -> Iterator[Levels]:
    """The combinations of shapes that some run has."""
    if experiment.cells.is_grid:
        yield from _combinations(shapes, MAX_VARIANTS)
        return
    # By number: a shape may have thousands of levels, and would be hashed for each run.
    numbers = [{level: at for at, alike in enumerate(shape) for level in alike} for shape in shapes]
    met = dict.fromkeys(
        tuple([known.get(level) for known, level in zip(numbers, cell, strict=True)])
        for cell in islice(experiment.cells, _LISTED)
    )
    for chosen in islice(met, MAX_VARIANTS):
        pairs = zip(shapes, chosen, strict=True)
        yield tuple([(None,) if at is None else shape[at] for shape, at in pairs])


def _combinations(choices: list[list[tuple[int | None, ...]]], most: int) -> Iterator[Levels]:
    """All combinations of choices; where they are more than `most`, one varied at a time."""
    if prod(map(len, choices)) <= most:
        yield from product(*choices)
        return
    first = tuple(choice[0] for choice in choices)
    yield first
    for index, choice in enumerate(choices):
        for other in choice[1:]:
            yield (*first[:index], other, *first[index + 1 :])


def _telling(experiment: Experiment) -> frozenset[Path]:
    """Paths whose values are those of others by `${...}`, or say which components there are; the
    last segment alone stands for the paths of components."""
    component = experiment.target.component
    places: list[tuple[Path, Value]] = [((), experiment.base.values)]
    places += [(each.path, each.value) for each in assignments(experiment)]
    found: dict[Path, None] = {} if component is None else {(component,): None}
    for path, value in places:
        for at, text in strings(value, path):
            found |= dict.fromkeys(mentions(text, at))
            if at[-1] == component and isinstance(text, Template):
                found |= dict.fromkeys(text.names.values())
    return frozenset(found)


def _shapes(column: Factor, telling: frozenset[Path]) -> list[tuple[int | None, ...]]:
    """The column's levels, as indices, put together where they make configs of one shape."""
    alike: dict[object, list[int | None]] = {}
    for index, level in enumerate(column.levels):
        shape = tuple([_shape(each, telling) for each in level.assignments])
        alike.setdefault(shape, []).append(index)
    return [tuple(indices) for indices in alike.values()]


def _shape(assignment: Assignment, telling: frozenset[Path]) -> tuple[object, ...]:
    """What of an assignment matters to the shape of a config."""
    value = assignment.value
    # What a plain value is changes no shape; a reference, `???` or another component may.
    plain = isinstance(value, (bool, int, float)) or (
        isinstance(value, str)
        and "${" not in value
        and value != "???"
        and telling.isdisjoint((assignment.path, assignment.path[-1:]))
    )
    return assignment.path, assignment.op, type(value).__name__ if plain else repr(value)


def _variant(
    config: dict[str, Value],
    assignments: tuple[Assignment, ...],
    levels: Levels,
) -> Variant:
    conflicts = []
    for each in assignments:
        try:
            config = merge(config, (each,))
        except Conflict as conflict:
            conflicts.append((each, conflict))
    last = {each.path: at for at, each in enumerate(assignments)}
    return Variant(config, assignments, levels, tuple(conflicts), last)
