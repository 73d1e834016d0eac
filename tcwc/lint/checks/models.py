"""Levels that are configs which ship: what their models do not take of the base."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.canonical import flow
from tcwc.config.merge import lookup
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Level, Op, Path, Value, format_path
from tcwc.model.rules import ARGUMENT_LEFT_OUT
from tcwc.model.words import listed


def check_left_out(context: Context) -> Iterator[Diagnostic]:
    """Arguments that do something in the base, and that the model of a level does not take."""
    for factor in context.experiment.factors:
        for level in factor.levels if factor.models else ():
            left = dict(_left_out(context, level))
            if not left:
                continue
            takes = listed([str(path[-1]) for path in left])
            sets = ", ".join(f"{path[-1]}: {flow(value)}" for path, value in left.items())
            lines = [f"~{format_path(path)}:" for path in left]
            yield finding(
                ARGUMENT_LEFT_OUT,
                level.span,
                f"`{level.value}` has a model that takes no {takes}, and the base has `{sets}`: "
                "runs with it are trained without",
                help=f"to train all models without, write {listed(lines)} under `controls:`",
            )


def _left_out(context: Context, level: Level) -> Iterator[tuple[Path, Value]]:
    models = context.experiment.target.models
    base = context.experiment.base.values
    for each in level.assignments if models else ():
        if each.op is Op.DELETE and models is not None and each.path[0] in models.components:
            value = lookup(base, each.path)[1]
            if value not in (None, False):
                yield each.path, value
