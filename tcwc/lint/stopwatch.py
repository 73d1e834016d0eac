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

    def over(self, part: Part, found: Iterator[T | Rule | None]) -> Iterator[T]:
        """The same items, with the time that each took to come.

        A rule among them is no item: it says that the work turns to it; None, that it turns back.
        """
        now = part
        while True:
            self._start(now)
            try:
                item = next(found)
            except StopIteration:
                return
            finally:
                self._stop()
            if item is None or isinstance(item, Rule):
                now = part if item is None else (item,)
            else:
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
