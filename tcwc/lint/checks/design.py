"""Checks of the design: what sections and factors say of one path, and how many runs there are."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.canonical import canonical_json
from tcwc.diagnostics import Diagnostic, Label, finding, remove_at
from tcwc.ir import Assignment, Experiment, Factor, Op, Path, format_path
from tcwc.lint.assigned import paths_of
from tcwc.lint.context import Context
from tcwc.rules import CONTROL_OVERRIDDEN, DUPLICATE_KEY, PREFIX_FACTORS


def check_design(context: Context) -> Iterator[Diagnostic]:
    """Findings that need the columns and constants only, no config."""
    yield from _twice_constant(context.experiment)
    yield from _twice_varied(context.experiment)
    yield from _overridden(context.experiment)


def _twice_constant(experiment: Experiment) -> Iterator[Diagnostic]:
    first = {each.path: each for each in experiment.controls}
    for each in experiment.engineering:
        if each.path in first:
            yield finding(
                DUPLICATE_KEY,
                each.key_span,
                f"`{format_path(each.path)}` is set under controls and under engineering",
                help="keep it under controls if it can change the result, else under engineering",
                labels=(Label(first[each.path].key_span, "first set here"),),
                fix=remove_at(each.key_span, safe=True)
                if canonical_json(each.value) == canonical_json(first[each.path].value)
                else None,
            )


def _twice_varied(experiment: Experiment) -> Iterator[Diagnostic]:
    """Two columns that set one path: which of the two would win is anybody's guess."""
    first: dict[Path, Factor] = {}
    reported: set[tuple[str, str]] = set()
    paths = [(path, column) for column in experiment.columns for path in paths_of(column)]
    for path, column in sorted(paths, key=lambda each: len(each[0])):
        above = (first.get(path[:length]) for length in range(1, len(path) + 1))
        other = next((each for each in above if each is not None and each is not column), None)
        first.setdefault(path, column)
        if other is not None and (column.name, other.name) not in reported:
            reported.add((column.name, other.name))
            yield _set_by_both(experiment, path, column, other)


def _set_by_both(experiment: Experiment, path: Path, one: Factor, other: Factor) -> Diagnostic:
    early, late = (each for each in experiment.columns if each is one or each is other)
    name = format_path(path)
    help = f"vary `{name}` within the levels of `{early.name}`, or take it out of them"
    if late.is_arm or early.is_arm:
        help = f"keep `{name}` in one of the two"
    if any(late is each for each in experiment.derived):
        help = "compute it, or set it: take it out of one of the two"
    what = f"`{late.name}`" if late.name == name else f"`{name}` of `{late.name}`"
    return finding(
        PREFIX_FACTORS,
        late.span,
        f"{what} is set by {_kind(experiment, early)} `{early.name}` too",
        help=help,
        labels=(Label(early.span, "also set here"),),
    )


def _kind(experiment: Experiment, column: Factor) -> str:
    if any(column is each for each in experiment.derived):
        return "the derived value"
    if not column.size and column.spare:
        return "a row of `include`:"
    return "the arm" if column.is_arm else "the variable"


def _overridden(experiment: Experiment) -> Iterator[Diagnostic]:
    """Constants that a variable sets in some run, so that they are none."""
    constants: dict[Path, Assignment] = {a.path: a for a in experiment.constants}
    for factor in experiment.columns:
        if not factor.size and factor.spare:
            continue  # a row of `include` that sets more than the factors means it
        made = (a for level in factor.levels for a in level.assignments)
        paths = {a.path: None for a in made if a.op is not Op.DELETE}  # that is said on purpose
        for path in paths:
            constant = constants.get(path)
            if constant is not None:
                kind = _kind(experiment, factor)
                yield finding(
                    CONTROL_OVERRIDDEN,
                    constant.key_span,
                    f"`{format_path(path)}` is constant here, and {kind} `{factor.name}` sets it; "
                    f"{kind} wins",
                    help="remove it here, or there",
                    fix=remove_at(constant.key_span),
                    labels=(Label(factor.span, f"{kind} that sets it"),),
                )
