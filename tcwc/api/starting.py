"""How the runs of a compilation are started, and what has to be brought here first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tcwc.compiler import Compiled
from tcwc.config.filling import NotFilled
from tcwc.disk.files import Place
from tcwc.jobs.needs import NoNeeds, needs_of
from tcwc.model.frozen import replace
from tcwc.model.ir import Base, Cell, Experiment
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.launch import Basis, Fetch, Start
from tcwc.model.values import Path, Scalar

if TYPE_CHECKING:
    from tcwc.api.runs import Run, Runs
    from tcwc.builds.build import Build

_MOST = 10_000
"""Runs that are gone through to find one with each model."""


def start_of(compiled: Compiled, place: Place) -> Start:
    """How a run is started, as the base has it."""
    experiment, catalogue = compiled.experiment, compiled.catalogue
    if experiment is None or catalogue is None or experiment.target.launch is None:
        return Start()
    origin = _origin(compiled, place, experiment.base)
    return experiment.target.launch.start(origin, experiment.recipe, compiled.recipe, catalogue)


def start_of_run(build: Build, recipe: Recipe | None, run: Run) -> Start:
    """How a run is started: as the base has it, but for what the experiment says that it needs."""
    experiment, base = build.experiment, build.start
    resources, launch = experiment.resources, experiment.target.launch
    if resources is None or launch is None or recipe is None or not recipe.distributed:
        return base
    try:
        config = run.config if resources.cases else {}
        needs = needs_of(resources, config, arms_of_run(experiment, run))
    except (NoNeeds, NotFilled):
        return base
    if needs.gpus is None and needs.nodes is None:
        return base
    return launch.start_of(needs.nodes or base.nodes, needs.gpus or base.processes)


def arms_of_run(experiment: Experiment, run: Run) -> dict[Path, Scalar]:
    """The names of the levels that a run has of arms, by the paths that name them."""
    pairs = zip(experiment.factors, run.cell, strict=False)
    return {f.path: str(f.levels[at].value) for f, at in pairs if f.is_arm and at is not None}


def fetches_of(compiled: Compiled, place: Place, run: Run) -> Iterator[Fetch]:
    """What a run reads as its base does, or the config that is its level, and is not on this
    machine."""
    experiment, catalogue = compiled.experiment, compiled.catalogue
    if experiment is None or catalogue is None or experiment.target.launch is None:
        return
    origins = list(_of_levels(experiment, catalogue, run.cell))
    for origin in origins or [_origin(compiled, place, experiment.base)]:
        for each in experiment.target.launch.fetches(origin, run.config, catalogue):
            if not place.exists(each.folder):
                left = tuple(one for one in each.left if not place.exists(one.there))
                yield replace(each, left=left)


def _of_levels(experiment: Experiment, known: Knowledge, cell: Cell) -> Iterator[Basis]:
    """The configs whose models a run has."""
    for factor, at in zip(experiment.factors, cell, strict=False):
        if factor.models and at is not None:
            config = known.config(str(factor.levels[at].value))
            if config is not None:
                yield Basis(config.name, config.values)


def first_of_each_model(experiment: Experiment, runs: Runs) -> list[Run]:
    """Runs that have between them each level that is a config; none where no level is."""
    at = [i for i, factor in enumerate(experiment.factors) if factor.models]
    wanted = {(i, level) for i in at for level in range(len(experiment.factors[i].levels))}
    found: list[Run] = []
    for run in islice(runs, _MOST if wanted else 0):
        has = {(i, run.cell[i]) for i in at}
        if has & wanted:
            wanted -= has
            found.append(run)
        if not wanted:
            break
    return found


def _origin(compiled: Compiled, place: Place, base: Base) -> Basis:
    read = compiled.sources.get(place.shown(base.name)) if base.is_file else None
    text = read.text if read else ""
    return Basis(base.name, base.values, text if base.is_file else None)
