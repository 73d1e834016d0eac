"""The pass over an experiment: which checks run, in which order, and what becomes of a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import perf_counter

from tcwc.diagnostics import Diagnostic, finding
from tcwc.lint.checks.comparison import check_comparison
from tcwc.lint.checks.conditions import check_conditions
from tcwc.lint.checks.configs import check_configs
from tcwc.lint.checks.design import check_design
from tcwc.lint.checks.outputs import check_outputs
from tcwc.lint.checks.paths import check_paths
from tcwc.lint.context import ABSENT, Context, is_broken
from tcwc.lint.present import with_present_names
from tcwc.lint.user_rules import check_user_rules
from tcwc.rules import INTERNAL_FAILURE


@dataclass(frozen=True, slots=True)
class Check:
    """A function over an experiment, that reports for one or several rules.

    One that needs a `complete` experiment is left out where there are errors already.
    """

    name: str
    run: Callable[[Context], Iterable[Diagnostic]]
    complete: bool = False


PASS: tuple[Check, ...] = (
    Check("design", check_design),
    Check("configs", check_configs),
    Check("conditions", check_conditions),
    Check("paths", check_paths),
    Check("outputs", check_outputs, complete=True),
    Check("comparison", check_comparison, complete=True),
    Check("user rules", check_user_rules),
)
"""All checks, in their order."""


def lint(
    context: Context,
    found: Iterable[Diagnostic],
    times: dict[str, float] | None = None,
    review: Callable[[list[Diagnostic]], list[Diagnostic]] = list,
) -> list[Diagnostic]:
    """The findings of all checks. `found` are those that there are already.

    A check that crashes is itself a finding. `times` is given the seconds that each check took;
    `review` says what is left of a check's findings (an error that is ignored stops no other).
    """
    context = with_present_names(context)
    all_found = list(found)
    before = len(all_found)
    for check in PASS:
        complete = not is_broken(all_found)
        if check.complete and not complete:
            continue
        start = perf_counter()
        gone = {each.span for each in all_found if each.rule in ABSENT}
        new = _guarded(check, replace(context, complete=complete))
        all_found += review([each for each in new if each.span not in gone])
        if times is not None:
            times[check.name] = times.get(check.name, 0.0) + perf_counter() - start
    return all_found[before:]


def _guarded(check: Check, context: Context) -> list[Diagnostic]:
    try:
        return list(check.run(context))
    except Exception as error:  # noqa: BLE001  a bug in one check must not hide what others find
        return [
            finding(
                INTERNAL_FAILURE,
                context.start,
                f"the check `{check.name}` failed: {type(error).__name__}: {error}",
                help="this is a bug of tcwc, not of the experiment: report it with this file",
            )
        ]
