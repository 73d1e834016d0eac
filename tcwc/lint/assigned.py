"""What the author of an experiment assigns, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.model.ir import Assignment, Experiment, Factor, Path, overlap


def stated(experiment: Experiment, path: Path) -> bool:
    """Whether the author says something of a path: a constant or a level at, above or below it."""
    return any(overlap(each.path, path) for each in assignments(experiment))


def assignments(experiment: Experiment) -> Iterator[Assignment]:
    """Everything that the author assigns: constants, every level, every derived value."""
    yield from experiment.constants
    for column in experiment.columns:
        for level in column.levels:
            yield from level.assignments


def paths_of(factor: Factor) -> Mapping[Path, None]:
    """The paths that the levels of a factor set, in order."""
    return factor.paths()
