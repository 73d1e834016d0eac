"""Checks of what runs write to, and of the templates that say where; rarely anything to do."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.diagnostics import Diagnostic
from tcwc.ir import Template, Value
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.walk import strings


def check_outputs(context: Context) -> Iterator[Diagnostic]:
    """Templates that cannot be filled in, and the first two runs that share a directory."""
    experiment = context.experiment
    templated = any(_has_template(each.value) for each in assignments(experiment))
    if templated:
        from tcwc.lint.checks.unfilled import check_templates

        yield from check_templates(context)
    if templated or not experiment.isolate_outputs or _goes_up(context):
        from tcwc.lint.checks.collisions import check_collisions

        yield from check_collisions(context)


def _goes_up(context: Context) -> bool:
    """Whether some string of the author's may lead out of the directory that it follows."""
    base = context.experiment.base
    values = [each.value for each in assignments(context.experiment)]
    every = (*values, *([base.values] if base.is_file else []))
    return any(".." in text for value in every for _, text in strings(value))


def _has_template(value: Value) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return any(map(_has_template, value))
    return isinstance(value, Template)
