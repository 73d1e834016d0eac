"""The values that some paths take over the runs of an experiment, without expanding the runs.

A condition over a few keys depends only on the factors that set them. So those factors' levels
are combined, and each combination stands for all runs that have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TypeVar

from tcwc.ir import Assignment, Experiment, Factor, Path, Value
from tcwc.lint.assigned import overlap, paths_of
from tcwc.merge import Conflict, lookup, merge

T = TypeVar("T")

MAX_CASES = 5_000
"""Beyond this the levels are varied one factor at a time, from the first run on."""


@dataclass(frozen=True, slots=True)
class Case:
    """One combination of the levels that matter: a config in which the paths in question are
    right, the assignments that made it, and the levels (by factor) of the runs that have it."""

    config: dict[str, Value]
    assignments: tuple[Assignment, ...]
    levels: tuple[tuple[int, ...], ...]

    def value(self, path: Path) -> Value:
        """The value at a path; None where there is none."""
        return lookup(self.config, path)[1]

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
    wanted = tuple(paths)
    everything = [tuple(range(len(factor.levels))) for factor in experiment.factors]
    relevant = [i for i, factor in enumerate(experiment.factors) if touches(factor, wanted)]
    constants = (*experiment.controls, *experiment.engineering)
    try:
        shared = merge(experiment.base.values, constants)
    except Conflict:
        return
    for chosen in combinations([everything[i] for i in relevant], MAX_CASES):
        levels = list(everything)
        made: list[Assignment] = []
        for index, level in zip(relevant, chosen, strict=True):
            levels[index] = (level,)
            made += experiment.factors[index].levels[level].assignments
        try:
            config = merge(shared, made)
        except Conflict:
            continue
        yield Case(config, (*constants, *made), tuple(levels))


def touches(factor: Factor, paths: Iterable[Path]) -> bool:
    """Whether some level of a factor sets one of the paths, or a part or a section of it."""
    set_here = paths_of(factor)
    return any(overlap(each, path) for path in paths for each in set_here)


def combinations(choices: Sequence[Sequence[T]], most: int) -> Iterator[tuple[T, ...]]:
    """All combinations of choices; where they are more than `most`, one varied at a time."""
    if prod(map(len, choices)) <= most:
        yield from product(*choices)
        return
    first = tuple(choice[0] for choice in choices)
    yield first
    for index, choice in enumerate(choices):
        for other in choice[1:]:
            yield (*first[:index], other, *first[index + 1 :])
