"""Checks of what runs write to, and of the templates that say where; rarely anything to do."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.isolation import is_written, written
from tcwc.config.merge import merge
from tcwc.config.walk import strings, templates
from tcwc.design.reach import Column, Reach
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.ir import Experiment


def check_outputs(context: Context) -> Iterator[Diagnostic]:
    """Templates that cannot be filled in, and the first two runs that share a directory."""
    experiment = context.experiment
    templated = any(True for each in assignments(experiment) for _ in templates(each.value))
    if templated:
        from tcwc.lint.checks.unfilled import check_templates

        yield from check_templates(context)
    if (
        templated
        or not experiment.isolate_outputs
        or _goes_up(context)
        or _differs_between_runs(experiment)
    ):
        from tcwc.lint.checks.collisions import check_collisions

        yield from check_collisions(context)


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
