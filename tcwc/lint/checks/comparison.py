"""Checks of what an experiment compares: its variables, and the constants beside them."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.isolation import is_written
from tcwc.lint.assigned import paths_of
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Assignment, Experiment, Factor, Op, Path, format_path, overlap
from tcwc.model.rules import (
    DROPPED_CONTROL,
    ENGINEERING_VARIABLE,
    OUTPUT_VARIABLE,
    SCIENCE_AS_ENGINEERING,
    SINGLE_LEVEL,
)

_MOST = 10_000
"""Combinations of levels that are looked at."""


def check_single_levels(context: Context) -> Iterator[Diagnostic]:
    """Variables that compare nothing."""
    for factor in context.experiment.factors:
        # A row of `include` may add a level, a `when` leave it out of runs: that is compared.
        if factor.size == 1 == len(factor.levels) and factor.when is None:
            yield finding(
                SINGLE_LEVEL,
                factor.span,
                f"the variable `{factor.name}` has one level, so nothing is compared over it",
                help="give it a second level, or write it under `controls:`",
            )


def check_outputs(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Variables that are places to write to, where each run has one of its own anyway."""
    if context.experiment.isolate_outputs and _says_where(context, factor):
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
    if not named or _says_where(context, factor):
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


def _says_where(context: Context, factor: Factor) -> bool:
    paths, keys = paths_of(factor), context.experiment.target.write_keys
    return bool(paths) and all(is_written(path, keys) for path in paths)


def check_dropped(context: Context) -> Iterator[Diagnostic]:
    """Constants below a section that is replaced or deleted in runs that are to have them."""
    experiment = context.experiment
    constant = [(each, None) for each in experiment.constants]
    some = [
        (each, column) for column in experiment.conditional for each in column.levels[0].assignments
    ]
    for factor in (*experiment.factors, *experiment.conditional):
        gone = {
            each.path: None
            for level in factor.levels
            for each in level.assignments
            if _replaces(each)
        }
        beside = some if gone and not factor.is_constant else []
        for each, column in (*constant, *beside):
            above = next((p for p in gone if len(p) < len(each.path) and overlap(p, each.path)), ())
            if above and _meet(experiment, factor, above, column):
                yield _dropped(each, factor, above)


def _replaces(assignment: Assignment) -> bool:
    """Whether nothing stays of what was there: lists are never merged."""
    return assignment.op is not Op.SET or isinstance(assignment.value, list)


def _meet(experiment: Experiment, factor: Factor, above: Path, column: Factor | None) -> bool:
    """Whether a run has a level that replaces a section, and the constants of some runs."""
    if column is None and not factor.is_constant:
        return True
    at = [experiment.columns.index(each) for each in (factor, column) if each is not None]
    return any(
        None not in levels
        and any(a.path == above and _replaces(a) for a in factor.assigned(levels[0]))
        for levels in experiment.cells.projections(at, _MOST)
    )


def _dropped(constant: Assignment, by: Factor, above: Path) -> Diagnostic:
    what = f"condition `{by.name}`" if by.is_constant else f"variable `{by.name}`"
    return finding(
        DROPPED_CONTROL,
        constant.key_span,
        f"`{format_path(constant.path)}` is constant here, and the {what} "
        f"replaces all of `{format_path(above)}`, this line with it",
        help=_written_again(by),
        labels=(Label(by.span, f"the {what.split(maxsplit=1)[0]} that replaces the section"),),
    )


def _written_again(by: Factor) -> str:
    """How runs come to have a constant although a section is replaced."""
    if by.is_constant:
        return "write it below the condition too, if its runs are meant to have it"
    if by.models:  # a level that is a config takes no key more
        return "remove it here: levels that are configs set all of it"
    return "write it in each level that is meant to have it"


def check_engineering(context: Context) -> Iterator[Diagnostic]:
    """Constants under `engineering` that change what is learnt."""
    experiment, recipe = context.experiment, context.recipe
    if recipe is None or not experiment.engineering:
        return
    made_up_for = set(_made_up_for(experiment))
    for each in experiment.engineering:
        name = format_path(each.path)
        top = str(each.path[0])
        read = any(key == top or key.startswith(f"{top}.") for key in recipe.keys)
        if top in made_up_for:
            continue
        if read and not each.added and context.catalogue.key_class(name) == "science":
            reason = context.catalogue.key_reason(name)
            if recipe.name in reason.unlike:
                continue
            why = f" ({reason.why})" if reason.why else ""
            yield finding(
                SCIENCE_AS_ENGINEERING,
                each.key_span,
                f"`{name}` can change what a run learns{why}, and what stands under engineering "
                "is left out when runs are compared",
                help="write it under `controls:`",
            )


def _made_up_for(experiment: Experiment) -> Iterator[str]:
    """Keys of which one makes up for the other: their product is the base's, and that counts."""
    now = {each.path[0]: each.value for each in experiment.engineering if len(each.path) == 1}
    then = experiment.base.values
    for one, other in experiment.target.products:
        values = [each.get(key) for each in (now, then) for key in (one, other)]
        numbers = [each for each in values if isinstance(each, int)]
        if len(numbers) == 4 and numbers[0] * numbers[1] == numbers[2] * numbers[3]:
            yield from (one, other)
