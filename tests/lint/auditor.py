"""A stopwatch that hears which findings come while the time of another rule runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from tcwc.lint.stopwatch import Part, Stopwatch
from tcwc.model.diagnostics import Diagnostic, Rule
from tcwc.model.rules import UNDECIDABLE_RULE

T = TypeVar("T")


class Auditor(Stopwatch):
    """Notes the findings that come while only other rules, or none, are timed."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[tuple[str, Part]] = []
        self.rules: set[Rule] = set()

    def over(self, part: Part, found: Iterator[T | Rule | None]) -> Iterator[T]:
        yield from super().over(part, self._noted(part, found))

    def _noted(self, part: Part, found: Iterator[T | Rule | None]) -> Iterator[T | Rule | None]:
        now = part
        for item in found:
            if item is None or isinstance(item, Rule):
                now = part if item is None else (item,)
            elif isinstance(item, Diagnostic):
                if item.rule not in (*now, UNDECIDABLE_RULE):  # of the rule that is tried
                    self.strange.append((item.code, now))
                self.rules.add(item.rule)
            yield item
