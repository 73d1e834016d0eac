"""Conditions that are true of just some runs of an experiment, by the names that it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcwc.jobs.conditions import FactorWords, Runs, conditions_of, literal
from tcwc.model.ir import Cell, Factor, Level, Path, format_path
from tcwc.model.limits import KEY
from tcwc.model.paths import BadKey, parse_key

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


def conditions_for(compilation: Compilation, cells: Sequence[Cell]) -> list[str] | None:
    """Conditions of which one is true of each run of some cells, and none of others, each short
    enough for a key; None where the variables tell no such."""
    experiment = compilation.build.experiment
    width = len(experiment.factors)
    every: Runs = frozenset(cell[:width] for cell in experiment.cells)
    some: Runs = frozenset(cell[:width] for cell in cells)
    told = [_told(compilation, factor) for factor in experiment.factors]
    made = conditions_of(some, every, told, KEY.at_most)
    return None if made is None or max(map(len, made)) > KEY.at_most else made


def _told(compilation: Compilation, factor: Factor) -> FactorWords:
    """A factor as a condition names it: a component by the key that names it."""
    experiment = compilation.build.experiment
    component = experiment.target.component
    names = [_component(level, component) for level in factor.levels]
    if component is not None and all(names) and len(set(names)) == len(names):
        path: Path = (*factor.path, component)
        return FactorWords(format_path(path), tuple(literal(name) for name in names))
    key = parse_key(factor.name)
    is_name = not isinstance(key, BadKey) and compilation.path(factor.name) == factor.path
    name = factor.name if is_name or factor.is_arm else format_path(factor.path)
    return FactorWords(name, tuple(literal(level.value) for level in factor.levels))


def _component(level: Level, component: str | None) -> str | None:
    value = level.value.get(component) if component and isinstance(level.value, dict) else None
    return value if isinstance(value, str) else None
