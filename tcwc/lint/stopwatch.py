"""Where a lint's time goes, by rule. Findings are made lazily, and so is their time taken."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TypeAlias, TypeVar

from tcwc.model.diagnostics import Rule

T = TypeVar("T")

Part: TypeAlias = "str | tuple[Rule, ...]"
"""What time is spent on: one rule, rules whose work cannot be told apart, or work by its name."""


class Stopwatch:
    """The seconds spent on each part. At any moment one part runs: the innermost."""

    def __init__(self) -> None:
        self.seconds: dict[Part, float] = {}
        self._running: list[Part] = []
        self._since = 0.0

    def over(self, part: Part, found: Iterator[T]) -> Iterator[T]:
        """The same items, with the time that each took to come."""
        while True:
            self._start(part)
            try:
                item = next(found)
            except StopIteration:
                return
            finally:
                self._stop()
            yield item

    def _start(self, part: Part) -> None:
        self._lap()
        self._running.append(part)

    def _stop(self) -> None:
        self._lap()
        self._running.pop()

    def _lap(self) -> None:
        now = perf_counter()
        if self._running:
            part = self._running[-1]
            self.seconds[part] = self.seconds.get(part, 0.0) + now - self._since
        self._since = now


def timed(watch: Stopwatch | None, found: Iterator[T], *rules: Rule) -> Iterator[T]:
    """The items of an iterator, timed as work for rules; itself where nobody asks for times."""
    return found if watch is None else watch.over(rules, found)
