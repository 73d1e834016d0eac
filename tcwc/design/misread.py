"""Formulas that would read a value before it is there.

A `when` reads base, controls and the factors before its own; a computed value reads those that
are computed before it. What comes later may be named, or reached through `${...}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.design.reach import Column, Reach
from tcwc.model.design import Formula
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Design, Factor, Value, format_path
from tcwc.model.rules import BAD_DERIVED, BAD_EXPRESSION


def misread(design: Design, shared: dict[str, Value]) -> Iterator[Diagnostic]:
    """A finding for each formula that reads what comes after it; `shared` is what runs share."""
    computed = [Factor(format_path(d.path), d.path, (), d.span) for d in design.derived]
    columns = (*design.factors, *design.conditional, *computed)
    reach = Reach(shared, [Column(factor) for factor in columns])
    for at, factor in enumerate(design.factors):
        if factor.when is not None and (late := _late(reach, factor.when, columns, at)):
            yield _condition(factor, factor.when, late, is_computed=late in computed)
    for each in design.conditional:
        if each.when is not None and (
            late := _late(reach, each.when, columns, len(design.factors))
        ):
            yield _of_constants(each.when, late, is_computed=late in computed)
    for at, derived in enumerate(design.derived, len(columns) - len(computed)):
        if late := _late(reach, derived.formula, columns, at):
            yield finding(
                BAD_DERIVED,
                derived.formula.span,
                f"`{columns[at].name}` is computed from a key that `${{...}}` leads from to "
                + ("itself" if late is columns[at] else f"`{late.name}`, which is computed too"),
                help="name what it is to be computed from itself, without `${...}` between",
            )


def _late(reach: Reach, formula: Formula, columns: Sequence[Factor], at: int) -> Factor | None:
    """The first column that a formula reads, of those from a place on.

    What only rows of `include` set is none: no `when` is asked of them.
    """
    read = reach.columns(formula.names.values())
    late = (columns[each] for each in read if each >= at)
    return next((each for each in late if each.size or each.distribution or not each.spare), None)


def _of_constants(when: Formula, late: Factor, *, is_computed: bool) -> Diagnostic:
    """A condition of constants that reads what is set by such a condition, or computed."""
    what = f"what the condition `{late.name}` sets"
    if is_computed:
        what = f"`{late.name}`, which is computed after the constants are set"
    help = "a condition of constants decides on the levels of variables and arms alone"
    message = f"the condition `{' '.join(when.text.split())}` reads {what}"
    return finding(BAD_EXPRESSION, when.span, message, help=help)


def _condition(factor: Factor, when: Formula, late: Factor, *, is_computed: bool) -> Diagnostic:
    what, help = "itself", "name a variable that stands above it"
    if is_computed:
        what = f"`{late.name}`, which is computed from the levels"
        help = "a condition decides on levels: compare what it is computed from"
    elif late.is_constant:
        what = f"what `controls: when` sets where `{late.name}` holds, which comes after it"
        help = "a condition decides on levels: compare what that condition compares"
    elif late is not factor:
        what = f"`{late.name}`, which comes after it"
        help = f"move `{factor.name}` below `{late.name}`: a condition reads what stands above it"
        if late.is_arm and not factor.is_arm:
            help = "arms come after all variables: give the arm's levels this key too"
            if late.models:  # which set what their configs say, and no more
                help = (
                    f"arms come after all variables: leave the condition out, and `exclude` the "
                    f"combinations of `{factor.name}` and `{late.name}` that are not to be; one "
                    "value that a level has stands under `controls: when:`"
                )
    message = f"the condition of `{factor.name}` reads {what}"
    return finding(BAD_EXPRESSION, when.span, message, help=help)
