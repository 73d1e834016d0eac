"""The runs of a compilation as jobs know them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache
from typing import TYPE_CHECKING

from tcwc.api.starting import arms_of_run
from tcwc.builds.matching import number_in
from tcwc.config.filling import NotFilled, RunName, name_of
from tcwc.jobs.needs import NoNeeds, needs_of, samples_of
from tcwc.jobs.task import Task
from tcwc.model.problem import Problem
from tcwc.model.resources import Needs
from tcwc.model.training import Beside
from tcwc.model.values import Path, Scalar, Value

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.runs import Run
    from tcwc.model.ir import Experiment


class NoJobs(Problem):
    """The runs of an experiment cannot be run as jobs."""


def tasks(compilation: Compilation, wanted: Container[str] | None = None) -> Iterator[Task]:
    """The runs of a compilation, or those of some ids, in the order of the design, as jobs know
    them.

    Raises NoJobs, and what `Compilation.runs` does.
    """
    experiment = compilation.build.experiment
    training = experiment.target.training
    if training is None:
        raise NoJobs(f"runs of {experiment.target.name} are no trainings", "run them by hand")
    catalogue, recipe = compilation.known, compilation.recipe
    assert catalogue is not None
    text_of = cache(compilation.place.text_of)
    for run in compilation.runs:
        if wanted is not None and run.id not in wanted:
            continue
        config = run.config
        arms = arms_of_run(experiment, run)
        needs, samples, name = _said(experiment, run, config, arms)
        distributed = recipe is not None and recipe.distributed
        nodes = (needs.nodes or compilation.build.start.nodes) if distributed else 1
        processes = (needs.gpus or compilation.build.start.processes) if distributed else 1
        beside = Beside(nodes * processes, samples, text_of)
        seen = training.outlook(config, experiment.recipe, recipe, catalogue, beside)
        yield Task(
            number_in(run.id),
            run.id,
            name,
            run.sha256,
            run.science_hash,
            run.was,
            seen.folder,
            nodes,
            processes,
            _batch(experiment, config, nodes * processes),
            seen.epochs,
            seen.resumes,
            seen.why,
            seen.names,
            needs,
            seen.steps,
        )


def _said(
    experiment: Experiment, run: Run, config: dict[str, Value], arms: dict[Path, Scalar]
) -> tuple[Needs, int | None, str]:
    """What a run needs, how many samples its data have, and its name.

    Raises NoJobs: of more runs than lint goes through it may be found here first.
    """
    try:
        return (
            needs_of(experiment.resources, config, arms),
            samples_of(experiment.samples, config, arms),
            _name(experiment, run, config, arms),
        )
    except (NoNeeds, NotFilled) as wrong:
        raise NoJobs(f"{run.id}: {wrong.message}", wrong.help) from None


def _name(
    experiment: Experiment, run: Run, config: dict[str, Value], arms: dict[Path, Scalar]
) -> str:
    """What people call a run: its id, where the experiment says no more."""
    if experiment.run_name is None:
        return run.id
    own = RunName(experiment.name, run.id, number_in(run.id)).says()
    return name_of(experiment.run_name, config, {**own, **arms})


def _batch(experiment: Experiment, config: dict[str, Value], world: int) -> int | None:
    """The samples of one step over all processes; None where that cannot be told."""
    total = world
    for key in (key for pair in experiment.target.products for key in pair):
        value = config.get(key, 1)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        total *= value
    return total
