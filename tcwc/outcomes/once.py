"""The files that an evaluation left, of which several may have one metric."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

from tcwc.model.frozen import dataclass
from tcwc.outcomes.rows import ResultRow


@dataclass(frozen=True, slots=True)
class Clash:
    """Metrics of which files have other values, so that nobody can tell which are the results."""

    metrics: tuple[str, ...]
    files: tuple[str, ...]


def each_once(rows: Iterable[ResultRow]) -> tuple[tuple[ResultRow, ...], Clash | None]:
    """A row of each metric: that of the file that lies least deep, since what is below it may be of
    single tasks or samples. What several such files say otherwise is none."""
    of: dict[str, list[ResultRow]] = {}
    for row in rows:
        of.setdefault(row.metric, []).append(row)
    taken: list[ResultRow] = []
    metrics: list[str] = []
    files: dict[str, None] = {}
    for metric, found in of.items():
        least = min(row.file.count("/") for row in found)
        first, *others = (row for row in found if row.file.count("/") == least)
        if all(_is_same(first.value, row.value) for row in others):
            taken.append(first)
        else:
            metrics.append(metric)
            files |= dict.fromkeys(row.file for row in (first, *others))
    return tuple(taken), Clash(tuple(metrics), tuple(files)) if metrics else None


def _is_same(one: float, other: float) -> bool:
    return one == other or (isnan(one) and isnan(other))
