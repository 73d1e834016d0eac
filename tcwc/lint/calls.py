"""What calls for checks that few experiments need, where it is more than a key."""

from __future__ import annotations

from tcwc.config.isolation import is_written, written
from tcwc.config.merge import merge
from tcwc.config.walk import strings, templates
from tcwc.design.reach import Column, Reach
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.model.ir import Experiment, Factor, Op


def has_templates(context: Context) -> bool:
    """Whether a text of the author's is to be filled in for each run."""
    return any(True for each in assignments(context.experiment) for _ in templates(each.value))


def may_share_outputs(context: Context) -> bool:
    """Whether something may lead two runs to one directory."""
    experiment = context.experiment
    return (
        has_templates(context)
        or not experiment.isolate_outputs
        or _goes_up(context)
        or _differs_between_runs(experiment)
    )


def moves_several(context: Context) -> bool:
    """Whether levels do more than to set the path of their variable to a plain value."""
    return not context.experiment.cells.is_grid or any(map(_rich, context.experiment.factors))


def in_grid(context: Context) -> bool:
    """The same, of a design that is all combinations of its levels."""
    return context.experiment.cells.is_grid and moves_several(context)


def in_no_grid(context: Context) -> bool:
    """Whether the runs are other than all combinations of the levels."""
    return not context.experiment.cells.is_grid


def _goes_up(context: Context) -> bool:
    """Whether some string of the author's may lead out of the directory that it follows."""
    base = context.experiment.base
    values = [each.value for each in assignments(context.experiment)]
    every = (*values, *([base.values] if base.is_file else []))
    return any(".." in text for value in every for _, text in strings(value))


def _differs_between_runs(experiment: Experiment) -> bool:
    """Whether a factor sets a directory that runs write to, or what one leads to."""
    keys = experiment.target.write_keys
    for each in (a for c in experiment.columns for level in c.levels for a in level.assignments):
        if is_written(each.path, keys) or (len(each.path) == 1 and isinstance(each.value, dict)):
            return True
    constant = merge(experiment.base.values, experiment.constants)
    following = [
        path
        for key, value in constant.items()
        for path, text in written(key, value, keys)
        if "${" in text
    ]
    reach = Reach(constant, [Column(each) for each in experiment.columns])
    return bool(reach.columns(following))


def _rich(factor: Factor) -> bool:
    """Whether levels of a factor do more than to set its path to a plain value."""
    return any(
        len(level.assignments) != 1
        or level.assignments[0].op is not Op.SET
        or level.assignments[0].path != factor.path
        or (isinstance(level.value, str) and "${" in level.value)
        for level in factor.levels
    )


def says_needs(context: Context) -> bool:
    """Whether something is said of what runs need."""
    return context.experiment.resources is not None


def says_processes(context: Context) -> bool:
    """Whether something is said of GPUs or nodes, for a recipe of which more is known."""
    resources = context.experiment.resources
    if resources is None or context.recipe is None:
        return False
    said = {*resources.spans, *(name for each in resources.cases for name in each.spans)}
    return not said.isdisjoint(("gpus", "nodes"))


def says_samples(context: Context) -> bool:
    """Whether something is said of how many samples the data have."""
    return context.experiment.samples is not None


def names_runs(context: Context) -> bool:
    """Whether runs have names beside their ids."""
    return context.experiment.run_name is not None


def is_evaluated(context: Context) -> bool:
    """Whether something is said of how the runs are evaluated."""
    return bool(context.experiment.evaluations)


def has_site(context: Context) -> bool:
    """Whether a cluster is chosen for the experiment."""
    return context.site is not None


def has_models(context: Context) -> bool:
    """Whether levels of an arm are configs that ship."""
    return any(factor.models for factor in context.experiment.factors)
