"""Findings as many and as long as anybody reads. How many are left out is a finding (TCW011)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tcwc.model.cut import cut_inside
from tcwc.model.diagnostics import Diagnostic, Label, Severity, finding
from tcwc.model.frozen import replace
from tcwc.model.limits import FINDINGS, HELP, MESSAGE, SAID
from tcwc.model.rules import MORE_FINDINGS
from tcwc.model.source import Span


def few(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """As many findings as are shown, in words that are not too many, and how many more there are
    at the place of the first."""
    shown, left = gravest(found)
    return fitting(shown, left, found[0].span) if found else []


def gravest(found: Sequence[Diagnostic]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """As many findings as are shown, and those that are left out; with any, errors come first."""
    if len(found) <= FINDINGS.at_most:
        return list(found), []
    grave = _by_gravity(found)
    return grave[: FINDINGS.at_most], grave[FINDINGS.at_most :]


def fitting(
    found: Sequence[Diagnostic], left: Sequence[Diagnostic], start: Span
) -> list[Diagnostic]:
    """The findings in words that are not too many, with one at `start` that says how many there
    are beside those that are `left` out already, if any are."""
    short = [_short(each) for each in found]
    if sum(map(_length, short)) > SAID.at_most:
        grave = _by_gravity(short)
        count = _fitting(grave)
        short, left = grave[:count], [*grave[count:], *left]
    if not left:
        return short
    total = len(short) + len(left)
    message = f"{total:,} findings, of which the {len(short)} gravest are shown"
    more = finding(MORE_FINDINGS, start, message, help="fix these, and lint again")
    return [*short, replace(more, severity=left[0].severity)]


def _by_gravity(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    found = tuple(found)
    return [each for severity in Severity for each in found if each.severity is severity]


def _fitting(found: Iterable[Diagnostic]) -> int:
    """How many of some findings fit; one does in any case."""
    length = count = 0
    for each in found:
        length += _length(each)
        if count and length > SAID.at_most:
            break
        count += 1
    return count


def _length(each: Diagnostic) -> int:
    labels = sum(len(label.text) for label in each.labels)
    edits = sum(len(fix.title) + sum(len(edit.text) for edit in fix.edits) for fix in each.fixes)
    return len(each.message) + len(each.help) + labels + edits


def _short(each: Diagnostic) -> Diagnostic:
    """A finding that repeats no page of a source; its fixes write what they write."""
    texts = (each.message, *(x.text for x in each.labels), *(x.title for x in each.fixes))
    if len(each.help) <= HELP.at_most and all(len(text) <= MESSAGE.at_most for text in texts):
        return each
    return replace(
        each,
        message=cut_inside(each.message, MESSAGE.at_most),
        help=cut_inside(each.help, HELP.at_most),
        labels=tuple(Label(x.span, cut_inside(x.text, MESSAGE.at_most)) for x in each.labels),
        fixes=tuple(
            replace(fix, title=cut_inside(fix.title, MESSAGE.at_most)) for fix in each.fixes
        ),
    )
