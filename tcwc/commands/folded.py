"""What is said of many configs in the same words is said once, and how many it holds for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.rules import RECIPE_CHOICE


class Folded:
    """Findings that were said before; with `is_shown` each is shown all the same."""

    def __init__(self, *, is_shown: bool) -> None:
        self._is_shown = is_shown
        self._first: dict[tuple[str, str], Diagnostic] = {}
        self._more = Counter[tuple[str, str]]()

    def rest(self, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        """The findings without those that say of their file what was said of another one."""
        return [each for each in found if self._is_shown or not self._is_said(each)]

    def _is_said(self, each: Diagnostic) -> bool:
        if each.rule is not RECIPE_CHOICE or each.severity is not Severity.INFO:
            return False
        words = (each.message, each.help)
        is_said = self._first.setdefault(words, each) is not each
        self._more[words] += is_said
        return is_said

    def lines(self) -> Iterator[str]:
        """How many files each of them is true of as well."""
        for words, each in self._first.items():
            if more := self._more[words]:
                configs = "1 more config" if more == 1 else f"{more} more configs"
                yield f"{each.code} of {each.span.file} holds for {configs} (-v names each)"
