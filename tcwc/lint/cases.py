"""The values that some paths take over the runs of an experiment, without expanding the runs.

A condition over a few keys depends only on the factors that set them. So those factors' levels
are combined, and each combination stands for all runs that have it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from tcwc.config.interpolation.closure import led_to, mentions
from tcwc.config.interpolation.reading import NotKnown, Reading, Why
from tcwc.config.merge import Conflict, lookup, merge
from tcwc.config.walk import strings
from tcwc.lint.assigned import assignments, paths_of
from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Assignment, Experiment, Factor, Path, Template, Value, assigned, overlap

MAX_CASES = 5_000
"""Beyond this the levels of a grid are varied one factor at a time, from the first run on."""


Levels: TypeAlias = "tuple[tuple[int | None, ...], ...]"
"""For each column, the levels that some runs have of it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One combination of the levels that matter: a config in which the paths in question are
    right, the assignments that made it, and the levels (by factor) of the runs that have it.

    `arms` are the names of its levels of arms, where all of its runs have one and the same.
    """

    config: dict[str, Value]
    assignments: tuple[Assignment, ...]
    levels: Levels
    arms: Mapping[Path, str] = field(default_factory=dict, compare=False)

    def value(self, path: Path) -> Value:
        """The value at a path, references followed; None where there is none.

        What is not known, as it differs between the runs of the case or is told only by their
        start, is as written.
        """
        there, value = lookup(self.config, path)
        if there and not any("${" in text for _, text in strings(value)):
            return value
        try:
            return Reading(self.config, unfilled).at(path)[1]
        except NotKnown:
            return value

    def has(self, path: Path) -> bool:
        return lookup(self.config, path)[0]

    def origin(self, path: Path) -> Assignment | None:
        """The last assignment that set a path, or a section that holds it."""
        for each in reversed(self.assignments):
            if path[: len(each.path)] == each.path:
                return each
        return None


def cases(experiment: Experiment, paths: Iterable[Path]) -> Iterator[Case]:
    """Every combination of values that `paths` take in some run. Conflicting ones are left out."""
    columns, constants = experiment.columns, experiment.constants
    everything = [every_level(column) for column in columns]
    try:
        shared = merge(experiment.base.values, constants)
    except Conflict:
        return
    wanted = _deciding(experiment, shared, paths) if columns else ()
    relevant = [i for i, column in enumerate(columns) if touches(column, wanted)]
    for chosen in experiment.cells.projections(relevant, MAX_CASES):
        levels = list(everything)
        made = [*assigned([columns[index] for index in relevant], chosen)]
        for index, level in zip(relevant, chosen, strict=True):
            levels[index] = (level,)
        try:
            config = merge(shared, made)
        except Conflict:
            continue
        named = {
            columns[index].path: str(columns[index].levels[level].value)
            for index, level in zip(relevant, chosen, strict=True)
            if columns[index].is_arm and level is not None
        }
        yield Case(config, (*constants, *made), tuple(levels), named)


def _deciding(
    experiment: Experiment, shared: dict[str, Value], paths: Iterable[Path]
) -> dict[Path, None]:
    """Some paths, and those that decide by `${...}` in some run what their values come to."""
    found: dict[Path, None] = {}
    referring = [
        (each.path, each.value)
        for each in assignments(experiment)
        if isinstance(each.value, str | list | dict)  # most are numbers, and there are many
        and any("${" in text for _, text in strings(each.value))
    ]
    todo = list(paths)
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found[path] = None
        todo += led_to(shared, path, ())
        for at, value in referring:
            if path[: len(at)] == at:
                todo += led_to(value, path[len(at) :], at)
            elif at[: len(path)] == path:
                todo += mentions(value, at)
    return found


def unfilled(value: Value, at: Path) -> Value:
    """What is written at a path. Raises NotKnown of a template, which each run fills in."""
    if isinstance(value, Template):
        message = f"`{value}` is filled in for each run"
        raise NotKnown(Why.LATE, message, "name a value that stands in the config", value, at)
    return value


def every_level(column: Factor) -> tuple[int | None, ...]:
    """All that a run may have of a column: any of its levels, or none."""
    return (*range(len(column.levels)), None)


def touches(factor: Factor, paths: Collection[Path]) -> bool:
    """Whether some level of a factor sets one of the paths, or a part or a section of it."""
    if factor.is_arm and factor.path in paths:
        return True
    set_here = paths_of(factor)
    return any(overlap(each, path) for path in paths for each in set_here)
