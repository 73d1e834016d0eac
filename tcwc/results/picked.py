"""The rows of the metrics that somebody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tcwc.model.problem import Problem
from tcwc.model.words import either, nearest
from tcwc.results.rows import ResultRow


class NoMetric(Problem):
    """No result has a metric of that name."""


def of_metrics(rows: Iterable[ResultRow], names: Sequence[str]) -> tuple[ResultRow, ...]:
    """The rows of some metrics, in the order of the names; all where there are none. A name may be
    the last part of one: `acc` of `sums/acc`. Raises NoMetric."""
    rows = tuple(rows)
    if not names:
        return rows
    known = list(dict.fromkeys(row.metric for row in rows))
    picked = [_named(name, known) for name in names]
    return tuple(row for metrics in picked for row in rows if row.metric in metrics)


def _named(name: str, known: Sequence[str]) -> list[str]:
    """The metrics that a name is of: itself, else those that end with it."""
    found = [each for each in known if each == name]
    found = found or [each for each in known if each.endswith(f"/{name}")]
    if not found:
        near = nearest(name, known) or known
        help = f"there is {either(near)}" if near else "there are no results"
        raise NoMetric(f"no result is of the metric `{name}`", help)
    return found
