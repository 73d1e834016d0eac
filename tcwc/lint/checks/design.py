"""Checks of the design: what sections and factors say of one path, and how many runs there are."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.canonical import canonical_json
from tcwc.design.product import Grid
from tcwc.diagnostics import Diagnostic, Label, finding, remove_at
from tcwc.ir import Assignment, Experiment, Factor, Op, Path, format_path
from tcwc.lint.context import Context
from tcwc.rules import CONTROL_OVERRIDDEN, DUPLICATE_KEY, PREFIX_FACTORS, TOO_MANY_RUNS


def check_design(context: Context) -> Iterator[Diagnostic]:
    """Findings that need the factors and constants only, no config."""
    experiment, limit = context.experiment, context.limit
    yield from _twice_constant(experiment)
    yield from _prefixes(experiment.factors)
    yield from _overridden(experiment)
    count = len(Grid.of(experiment.factors))
    if count > limit and experiment.factors:
        sizes = " x ".join(str(len(factor.levels)) for factor in experiment.factors)
        yield finding(
            TOO_MANY_RUNS,
            experiment.factors[0].span,
            f"{sizes} levels make {count:,} runs, and the limit is {limit:,}",
            help=f"write `limit: {count}` at the top level if that many are meant",
        )


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


def _prefixes(factors: tuple[Factor, ...]) -> Iterator[Diagnostic]:
    """Two factors that set one path: which of the two would win is anybody's guess."""
    by_path = {factor.path: factor for factor in factors}
    for factor in factors:
        for length in range(1, len(factor.path)):
            shorter = by_path.get(factor.path[:length])
            if shorter is not None and _sets(shorter, factor.path):
                yield finding(
                    PREFIX_FACTORS,
                    factor.span,
                    f"`{factor.name}` is set by the variable `{shorter.name}` too",
                    help=f"vary `{format_path(factor.path)}` within the levels of "
                    f"`{shorter.name}`, or take it out of them",
                    labels=(Label(shorter.span, "also set by this variable"),),
                )


def _sets(factor: Factor, path: Path) -> bool:
    return any(_overlap(a.path, path) for level in factor.levels for a in level.assignments)


def _overlap(one: Path, other: Path) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _overridden(experiment: Experiment) -> Iterator[Diagnostic]:
    """Constants that a variable sets in some run, so that they are none."""
    constants: dict[Path, Assignment] = {
        a.path: a for a in (*experiment.controls, *experiment.engineering)
    }
    for factor in experiment.factors:
        made = (a for level in factor.levels for a in level.assignments)
        paths = {a.path: None for a in made if a.op is not Op.DELETE}  # that is said on purpose
        for path in paths:
            constant = constants.get(path)
            if constant is not None:
                yield finding(
                    CONTROL_OVERRIDDEN,
                    constant.key_span,
                    f"`{format_path(path)}` is constant here, and the variable `{factor.name}` "
                    "sets it; the variable wins",
                    help="remove it here, or from the variables",
                    fix=remove_at(constant.key_span),
                    labels=(Label(factor.span, "the variable that sets it"),),
                )
