"""What becomes of findings: comments suppress them, settings ignore them or change their weight.

An error that kept something out of the experiment stays what it is: nothing can be compiled with
it, so neither `lint`, `build` nor `check` could go on as if it were not there. What else checks
report can be ignored, errors too, and the experiment is then built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from tcwc.model import rules
from tcwc.model.diagnostics import Diagnostic, Severity, has_errors
from tcwc.model.frozen import replace
from tcwc.model.source import SourceText

if TYPE_CHECKING:
    from tcwc.lint.suppress import Suppressions

Judge: TypeAlias = "Callable[[Diagnostic], Diagnostic | None]"
"""What the settings make of a finding: itself, itself with another severity, or nothing."""

Comments: TypeAlias = Callable[[str], Iterable[tuple[int, int]]]
"""Start and end of each comment of a text."""

KEPT = frozenset(
    (
        rules.INTERNAL_FAILURE,
        rules.BAD_OPERATOR,
        rules.BAD_TEMPLATE,
        rules.DUPLICATE_KEY,
        rules.PREFIX_FACTORS,
        rules.SHAPE_CONFLICT,
        rules.NO_SUCH_INDEX,
        rules.REFERRED_TOO_MUCH,
    )
)
"""Rules whose findings no comment and no setting changes: there are no configs with them."""

_MARKS = ("tcwc:", "TCW")
"""One of these stands in every comment that is for tcwc, or was to be."""


class Review:
    """What becomes of the findings of one experiment.

    `judge` are the settings, None where there are none; `own_rules` whether they name rules of
    the user's own, whose codes may then be written in comments; `preview` whether preview rules
    are reported. A comment may ignore such a rule while it is off.
    """

    def __init__(
        self,
        texts: Mapping[str, SourceText],
        comments: Comments,
        judge: Judge | None = None,
        *,
        own_rules: bool = False,
        preview: bool = False,
    ) -> None:
        self._judge = judge
        self._preview = preview
        self._suppressions = _suppressions(texts, comments, own_rules)

    def of_source(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """What is left of the findings that were made on the way to the experiment."""
        if self._judge is None and self._suppressions is None:
            return list(found)
        return [left for each in found for left in self._source(each)]

    def of_check(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """What is left of the findings of checks."""
        return [left for each in found for left in self._check(each)]

    def of_comments(self, file: str, found: list[Diagnostic]) -> list[Diagnostic]:
        """What is wrong with the suppressions themselves; `found` is all that was found.

        Beside errors some checks do not run, so nobody knows what a comment would suppress.
        """
        if self._suppressions is None:
            return []
        own = [
            *self._suppressions.found,
            *self._suppressions.without_effect(file, everything_ran=not has_errors(found)),
        ]
        return [left for each in own for left in self._settled(each)]

    def _source(self, diagnostic: Diagnostic) -> Iterator[Diagnostic]:
        if diagnostic.severity is Severity.ERROR:
            yield self._kept(diagnostic)
        else:
            yield from self._check(diagnostic)

    def _kept(self, diagnostic: Diagnostic) -> Diagnostic:
        if self._suppressions is not None:
            self._suppressions.refuse(diagnostic)
        if self._judge is None or self._judge(diagnostic) == diagnostic:
            return diagnostic
        note = "(settings cannot change this: with it nothing can be compiled)"
        return replace(diagnostic, help=f"{diagnostic.help} {note}".strip())

    def _check(self, diagnostic: Diagnostic) -> Iterator[Diagnostic]:
        if diagnostic.rule in KEPT:
            yield self._kept(diagnostic)
        elif self._suppressions is None or not self._suppressions.cover(diagnostic):
            yield from self._settled(diagnostic)

    def _settled(self, diagnostic: Diagnostic) -> Iterator[Diagnostic]:
        if diagnostic.rule.preview and not self._preview:
            return
        left = diagnostic if self._judge is None else self._judge(diagnostic)
        if left is not None:
            yield left


def _suppressions(
    texts: Mapping[str, SourceText], comments: Comments, own_rules: bool
) -> Suppressions | None:
    """The suppressions in the texts; None where none has any, which is cheap to see."""
    marked = [source for source in texts.values() if any(mark in source.text for mark in _MARKS)]
    if not marked:
        return None
    from tcwc.lint.suppress import Suppressions

    ours = rules.by_code()
    names = {rule.name: code for code, rule in ours.items()}

    def known(code: str) -> bool:
        mine = own_rules and (not code.startswith("TCW") or code.startswith("TCW9"))
        return mine or code in ours

    # An author's own code may be among them, and only comments of YAML can be told here.
    yaml = [source for source in marked if not source.name.endswith(".py")]
    return Suppressions(((source, list(comments(source.text))) for source in yaml), known, names)
