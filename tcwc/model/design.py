"""The parts of a design that few experiments have; `ir.py` has the rest.

Apart, so that an experiment without them does not pay for them at start-up.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass
from tcwc.model.source import Span
from tcwc.model.values import Path


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression of the author's, that parses. `names` says what each name in it stands for.

    `start` is where its text begins in the source, where its characters are those of the source
    one by one; None where they are not (escapes, several lines).
    """

    text: str
    names: Mapping[Path, Path]
    span: Span
    start: tuple[int, int] | None

    def part(self, start: int, end: int) -> Span:
        """Where a part of the text stands in the source, as exactly as can be said."""
        if self.start is None:
            return self.span
        line, column = self.start
        return Span(self.span.file, line, column + start, line, column + max(end, start + 1))


@dataclass(frozen=True, slots=True)
class Distribution:
    """What levels are drawn from: `uniform` or `loguniform` over `bounds`, texts as written, or
    `choice` of the factor's levels. `whole` is true where only whole numbers fit."""

    kind: str
    bounds: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """A path computed in each run. `kind` is the kind of number that is needed there: "int",
    "float", or "" where either will do, or none is needed."""

    path: Path
    formula: Formula
    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Zip:
    """Factors, by index, that advance together; each step has the level of every one of them."""

    factors: tuple[int, ...]
    steps: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `include`: a run of its own, the level of each factor by index."""

    levels: tuple[int | None, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Sample:
    """How many runs are wanted of a design, and the seed by which they are chosen or drawn."""

    size: int
    seed: int
    span: Span


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Combinations of levels that are no runs: the excluded ones, and those that are the same as
    an earlier one because a factor is not set in either. What a sample passes over is not here."""

    excluded: int = 0
    repeated: int = 0
