"""What is wrong with a config whichever of several recipes runs it."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.model.diagnostics import Diagnostic, Fix, Severity
from tcwc.model.frozen import replace

_WEIGHTS = (Severity.INFO, Severity.WARNING, Severity.ERROR)


def agreed(found: Sequence[Sequence[Diagnostic]]) -> tuple[Diagnostic, ...]:
    """The findings that there are for each recipe, in the words of the first: of one rule at one
    place, as grave as for the recipe that minds least, and with the fixes that all have."""
    first, *others = found
    if not others:
        return tuple(first)
    left = []
    for each in first:
        same = [_same(each, other) for other in others]
        if all(same):
            left.append(_weakest(each, [one for one in same if one is not None]))
    return tuple(left)


def _same(each: Diagnostic, others: Sequence[Diagnostic]) -> Diagnostic | None:
    """The finding of the same at the same place, best in the same words."""
    here = [one for one in others if (one.rule, one.span) == (each.rule, each.span)]
    return next((one for one in here if one.message == each.message), here[0] if here else None)


def _weakest(each: Diagnostic, others: Sequence[Diagnostic]) -> Diagnostic:
    severity = min((each.severity, *(one.severity for one in others)), key=_WEIGHTS.index)
    fixes = tuple(fix for fix in each.fixes if all(_has(one, fix) for one in others))
    if severity is each.severity and fixes == each.fixes:
        return each
    return replace(each, severity=severity, fixes=fixes)


def _has(each: Diagnostic, fix: Fix) -> bool:
    return any(one.edits == fix.edits for one in each.fixes)
