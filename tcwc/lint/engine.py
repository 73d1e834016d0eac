"""The pass over an experiment: which checks run, in which order, and what becomes of a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tcwc.lint.checks.comparison import check_comparison
from tcwc.lint.checks.conditions import check_conditions
from tcwc.lint.checks.configs import check_configs
from tcwc.lint.checks.design import check_design
from tcwc.lint.checks.outputs import check_outputs
from tcwc.lint.checks.paths import check_paths
from tcwc.lint.context import ABSENT, Context, is_broken
from tcwc.lint.present import with_present_names
from tcwc.model.diagnostics import Diagnostic, Rule, finding
from tcwc.model.frozen import dataclass, replace
from tcwc.model.rules import (
    BAD_TEMPLATE,
    CONTROL_OVERRIDDEN,
    DUPLICATE_KEY,
    INTERNAL_FAILURE,
    MISSING_PATH,
    PREFIX_FACTORS,
    SHARED_OUTPUT,
    TEXT_OF_NULL,
    UNEXPANDED_PATH,
)


@dataclass(frozen=True, slots=True)
class Check:
    """A function over an experiment, that reports for one or several rules.

    One that needs a `complete` experiment is left out where there are errors already. Its time is
    that of its `rules`; a check that names none takes the time of its parts itself.
    """

    name: str
    run: Callable[[Context], Iterator[Diagnostic]]
    complete: bool = False
    rules: tuple[Rule, ...] = ()


def _user_rules(context: Context) -> Iterator[Diagnostic]:
    if context.user_rules:
        from tcwc.lint.rules.user_rules import check_user_rules  # only where there are some

        yield from check_user_rules(context)


_OF_DESIGN = (DUPLICATE_KEY, PREFIX_FACTORS, CONTROL_OVERRIDDEN)

PASS: tuple[Check, ...] = (
    Check("design", check_design, rules=_OF_DESIGN),
    Check("configs", check_configs),
    Check("conditions", check_conditions),
    Check("paths", check_paths, rules=(MISSING_PATH, TEXT_OF_NULL, UNEXPANDED_PATH)),
    Check("outputs", check_outputs, complete=True, rules=(BAD_TEMPLATE, SHARED_OUTPUT)),
    Check("comparison", check_comparison, complete=True),
    Check("user rules", _user_rules),
)
"""All checks, in their order."""


def lint(
    context: Context,
    found: Iterable[Diagnostic],
    review: Callable[[list[Diagnostic]], list[Diagnostic]] = list,
) -> list[Diagnostic]:
    """The findings of all checks. `found` are those that there are already.

    A check that crashes is itself a finding. `review` says what is left of a check's findings (an
    error that is ignored stops no other).
    """
    context = with_present_names(context)
    all_found = list(found)
    before = len(all_found)
    for check in PASS:
        complete = not is_broken(all_found)
        if check.complete and not complete:
            continue
        gone = {each.span for each in all_found if each.rule in ABSENT}
        new = _guarded(check, replace(context, complete=complete))
        all_found += review([each for each in new if each.span not in gone])
    return all_found[before:]


def _guarded(check: Check, context: Context) -> list[Diagnostic]:
    try:
        return list(_timed(check, context))
    except Exception as error:  # noqa: BLE001  a bug in one check must not hide what others find
        return [
            finding(
                INTERNAL_FAILURE,
                context.start,
                f"the check `{check.name}` failed: {type(error).__name__}: {error}",
                help="this is a bug of tcwc, not of the experiment: report it with this file",
            )
        ]


def _timed(check: Check, context: Context) -> Iterator[Diagnostic]:
    found = check.run(context)
    return found if context.watch is None else context.watch.over(check.rules or check.name, found)
