"""Time limits from what trainings took: of runs whose steps cost alike.

A run is measured by a whole attempt, from its claim to its end. Where its log tells how long its
steps took, what is left is time beside them: to load, to compile, to save. For another run of the
group that is its steps, each as long as the slowest, and that time, once for each epoch where it
has more of them. Where no log tells, a run takes as long as a longer one, and one of twice the
steps of the longest twice its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from tcwc.model.frozen import dataclass
from tcwc.model.values import Value

MARGIN = 1.3
"""A limit is so many times what a run takes; another node, a fuller disk, longer samples."""
ROUND = 300
"""Seconds to whose multiples a limit is rounded up."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long a run is: its optimizer `steps`, None where nobody knows, in `epochs`; `said` is
    what its config says of it, by which runs are as long as each other whose steps nobody knows."""

    steps: int | None
    epochs: int | None
    said: tuple[Value, ...] = ()

    def is_within(self, other: Length) -> bool:
        """Whether it has no more steps than another one, for sure."""
        if self.steps is None or other.steps is None:
            return self.steps == other.steps and self.said == other.said
        return self.steps <= other.steps


@dataclass(frozen=True, slots=True)
class Took:
    """What an attempt of a run took: `seconds` in all, `pace` those of its slowest step and
    `beside` those that were no steps (None and 0 where its log does not tell). One that is not
    `whole` came to its limit: it tells what is too little."""

    run: str
    length: Length
    seconds: int
    pace: float | None = None
    beside: int = 0
    whole: bool = True


def seconds_of(length: Length, measured: Sequence[Took]) -> float | None:
    """What a run takes, by those that were measured of its group; None where they do not tell."""
    whole = [each for each in measured if each.whole]
    seen = [each.seconds for each in whole if each.length.is_within(length)]
    known = [each for each in whole if each.length.steps is not None]
    if length.steps is None or not known:
        return max(seen, default=None)
    paced = [each for each in known if each.pace is not None]
    return max([_by_pace(length, paced) if paced else _by_length(length.steps, known), *seen])


def _by_pace(length: Length, paced: Sequence[Took]) -> float:
    slowest = max(each.pace or 0 for each in paced)
    return (length.steps or 0) * slowest + max(_beside(length, each) for each in paced)


def _beside(length: Length, each: Took) -> float:
    """What a run needs beside its steps, by another: more where it saves more epochs."""
    more = length.epochs / each.length.epochs if length.epochs and each.length.epochs else 1
    return each.beside * max(more, 1)


def _by_length(steps: int, known: Sequence[Took]) -> float:
    """What a run takes, where no log tells more than how long others took: as long as the next
    longer one, or in proportion to the longest."""
    counts = {each.length.steps or 0 for each in known}
    nearest = min((count for count in counts if count >= steps), default=max(counts))
    seconds = max(each.seconds for each in known if each.length.steps == nearest)
    return seconds * max(steps / nearest, 1) if nearest else seconds


def limit_of(length: Length, measured: Sequence[Took]) -> int | None:
    """The time limit for a run, in seconds; None where what was measured does not tell.

    What it takes with a margin, and the time beside steps once more: a first start reads all from
    a disk that others read too. More than any shorter run of the group was seen to take.
    """
    takes = seconds_of(length, measured)
    if takes is None:
        return None
    beside = max(_beside(length, each) for each in measured if each.whole)
    cut = [each.seconds for each in measured if not each.whole and each.length.is_within(length)]
    return ceil((MARGIN * max([takes, *cut]) + beside) / ROUND) * ROUND
