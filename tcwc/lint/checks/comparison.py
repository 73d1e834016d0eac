"""Checks of what an experiment compares: its variables, and the constants beside them."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from tcwc.config.isolation import is_written
from tcwc.lint.assigned import paths_of
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Assignment, Experiment, Factor, Op, format_path, overlap
from tcwc.model.known import Recipe
from tcwc.model.rules import (
    DROPPED_CONTROL,
    ENGINEERING_VARIABLE,
    OUTPUT_VARIABLE,
    SCIENCE_AS_ENGINEERING,
    SINGLE_LEVEL,
)


def check_single_levels(context: Context) -> Iterator[Diagnostic]:
    """Variables that compare nothing."""
    for factor in context.experiment.factors:
        if factor.size == 1 == len(factor.levels) and factor.when is None:
            yield finding(
                SINGLE_LEVEL,
                factor.span,
                f"the variable `{factor.name}` has one level, so nothing is compared over it",
                help="give it a second level, or write it under `controls:`",
            )


def check_outputs(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Variables that are places to write to, where each run has one of its own anyway."""
    if context.experiment.isolate_outputs and _says_where(
        factor, context.experiment.target.write_keys
    ):
        yield finding(
            OUTPUT_VARIABLE,
            factor.span,
            f"the variable `{factor.name}` is a place to write to, and each run has one "
            "of its own already, so its levels repeat every other run",
            help="remove it; `isolate_outputs: false` leaves the directories to you",
        )


def check_idle(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Variables that cannot change what is learnt: they are about the machine."""
    named = [format_path(path) for path in paths_of(factor)]
    if not named or _says_where(factor, context.experiment.target.write_keys):
        return
    if all(context.catalogue.key_class(name) == "engineering" for name in named):
        reasons = [context.catalogue.key_reason(name) for name in named]
        if any(context.experiment.recipe in reason.unlike for reason in reasons):
            return
        yield finding(
            ENGINEERING_VARIABLE,
            factor.span,
            f"the variable `{factor.name}` is about how a run is executed "
            f"({reasons[0].why}): its levels train the same weights but for rounding, so "
            f"every other run is done {len(factor.levels)} times over",
            help="write it under `engineering:`; keep it if speed or memory is what is tested",
        )


def _says_where(factor: Factor, keys: tuple[str, ...]) -> bool:
    """Whether a factor sets nothing but directories that runs write to, whose `keys` these are."""
    paths = paths_of(factor)
    return bool(paths) and all(is_written(path, keys) for path in paths)


def check_dropped(context: Context) -> Iterator[Diagnostic]:
    """Constants below a section that a level replaces or deletes: they are in no such run."""
    experiment = context.experiment
    constants = experiment.constants
    for factor in experiment.factors:
        gone = {
            each.path: None
            for level in factor.levels
            for each in level.assignments
            if each.op is not Op.SET
        }
        for each in constants:
            above = next((p for p in gone if len(p) < len(each.path) and overlap(p, each.path)), ())
            if above:
                yield finding(
                    DROPPED_CONTROL,
                    each.key_span,
                    f"`{format_path(each.path)}` is constant here, and the variable "
                    f"`{factor.name}` replaces all of `{format_path(above)}`, this line with it",
                    help="write it in each level that is meant to have it",
                    labels=(Label(factor.span, "the variable that replaces the section"),),
                )


def check_engineering(context: Context) -> Iterator[Diagnostic]:
    """Constants under `engineering` that change what is learnt."""
    experiment, recipe = context.experiment, context.recipe
    if recipe is None or not experiment.engineering:
        return
    kept = {key for keys in experiment.target.products if _keeps(experiment, keys) for key in keys}
    for each in experiment.engineering:
        name = format_path(each.path)
        top = str(each.path[0])
        read = any(key == top or key.startswith(f"{top}.") for key in recipe.keys)
        if read and top not in kept and not each.added:
            yield from _science(context, recipe, each, name)


def _science(
    context: Context, recipe: Recipe, assignment: Assignment, name: str
) -> Iterator[Diagnostic]:
    if context.catalogue.key_class(name) != "science":
        return
    reason = context.catalogue.key_reason(name)
    if recipe.name in reason.unlike:
        return
    why = f" ({reason.why})" if reason.why else ""
    yield finding(
        SCIENCE_AS_ENGINEERING,
        assignment.key_span,
        f"`{name}` can change what a run learns{why}, and what stands under engineering "
        "is left out when runs are compared",
        help="write it under `controls:`",
    )


def _keeps(experiment: Experiment, keys: tuple[str, ...]) -> bool:
    """Whether constants under `engineering` have the product that the base has."""
    written = {each.path: each.value for each in experiment.engineering if len(each.path) == 1}
    now = [written.get((key,)) for key in keys]
    then = [experiment.base.values.get(key) for key in keys]
    numbers = [each for each in (*now, *then) if isinstance(each, int)]
    if len(numbers) < 2 * len(keys):
        return False
    return prod(numbers[: len(keys)]) == prod(numbers[len(keys) :])
