"""The steps of a training that several attempts logged, each once, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum, isnan, nan

from tcwc.model.frozen import dataclass
from tcwc.model.measured import MetricValue
from tcwc.outcomes.rows import LAST, MIN, TAIL_MEAN

_TAIL = 10
"""The end of a curve is a tenth of its steps."""


@dataclass(frozen=True, slots=True)
class Logged:
    """The values in one file of an attempt, None where nobody knows which wrote it."""

    attempt: int | None
    file: str
    found: tuple[MetricValue, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a metric at a step, and where it was read."""

    step: int
    value: float
    attempt: int | None
    file: str


def curves_of(files: Iterable[Logged]) -> dict[str, list[Point]]:
    """The points of each metric in the order of steps: a step that was trained twice counts once.

    An attempt goes on from where another one was saved, so that what the older one logged from
    there on is of weights that are no more.
    """
    points: dict[str, dict[int, Point]] = {}
    for logged in sorted(files, key=lambda each: (each.attempt or 0, each.file)):
        steps = [each.step for each in logged.found if each.step is not None]
        if not steps:
            continue
        for curve in points.values():
            _forget(curve, min(steps), logged.attempt)
        for each in logged.found:
            if each.step is not None:
                point = Point(each.step, each.value, logged.attempt, logged.file)
                points.setdefault(each.metric, {})[each.step] = point
    curves = {metric: [found[s] for s in sorted(found)] for metric, found in points.items()}
    return {metric: curve for metric, curve in curves.items() if curve}


def contradicting(files: Iterable[Logged]) -> tuple[str, str] | None:
    """Two files of one attempt that have other values of one step: a training logs into one file,
    so that one of them is not its own. None where there are none."""
    known: dict[tuple[int | None, str, int | None], tuple[float, str]] = {}
    for logged in files:
        for each in logged.found:
            value, file = known.setdefault(
                (logged.attempt, each.metric, each.step), (each.value, logged.file)
            )
            is_same = value == each.value or (isnan(value) and isnan(each.value))
            if file != logged.file and not is_same:
                return file, logged.file
    return None


def _forget(curve: dict[int, Point], first: int, attempt: int | None) -> None:
    """Leave out what older attempts logged from a step on."""
    for step in [s for s, p in curve.items() if s >= first and p.attempt != attempt]:
        del curve[step]


def comes_to(curve: Sequence[Point]) -> Mapping[str, tuple[Point, float]]:
    """What a curve comes to, by statistic: the point that says it, and the value.

    The mean is that of the last tenth of the points, and of one at least. A value that is no number
    is nobody's minimum, where there are others.
    """
    last = curve[-1]
    tail = curve[-max(len(curve) // _TAIL, 1) :]
    numbers = [each for each in curve if not isnan(each.value)]
    least = min(numbers, key=lambda each: each.value) if numbers else last
    return {
        LAST: (last, last.value),
        MIN: (least, least.value),
        TAIL_MEAN: (last, mean([each.value for each in tail])),
    }


def mean(values: Sequence[float]) -> float:
    """The mean of values; nan where there is none, or where it is no number."""
    try:
        return fsum(values) / len(values)
    except (ValueError, OverflowError, ZeroDivisionError):  # inf - inf, or nothing
        return nan
