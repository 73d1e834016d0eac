"""The rows of the metrics that somebody asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tcwc.model.frozen import dataclass
from tcwc.model.problem import Problem
from tcwc.model.words import either, nearest
from tcwc.outcomes.groups import GroupRow
from tcwc.outcomes.rows import LAST, MAIN, MIN, TAIL_MEAN, ResultRow

_STATISTICS = (LAST, MIN, TAIL_MEAN)


class NoMetric(Problem):
    """No result has a metric of that name."""


@dataclass(frozen=True, slots=True)
class AskedMetric:
    """The name of a metric as it was typed; `statistic` is "" where none was."""

    name: str
    statistic: str


def asked_for(text: str, known: Iterable[str] = ()) -> AskedMetric:
    """What `loss` and `loss:min` ask for; a metric may be `known` that has a colon itself."""
    name, colon, statistic = text.rpartition(":")
    if colon and statistic in _STATISTICS and text not in known:
        return AskedMetric(name, statistic)
    return AskedMetric(text, "")


def of_metrics(
    rows: Iterable[ResultRow], names: Sequence[str], *, every: bool = False
) -> tuple[ResultRow, ...]:
    """The rows of some metrics, in the order of the names; of all where there are none. A name may
    be the last part of one, `acc` of `sums/acc`, have the evaluation before it, `mine/sums/acc`,
    and a statistic behind it, `loss:min`; without it is the last value, or `every` statistic.
    Raises NoMetric."""
    rows = tuple(rows)
    if not names:
        return rows if every else tuple(filter(_is_main, rows))
    found = {id(row): row for name in names for row in _of_metric(rows, name, every=every)}
    return tuple(found.values())  # two names may be of one metric


def _is_main(row: ResultRow) -> bool:
    return row.statistic in MAIN


def that_came_out(rows: Sequence[ResultRow], beside: Collection[str]) -> tuple[ResultRow, ...]:
    """The rows without the logged metrics that only say how runs trained, which are `beside`; all
    where there are no others."""
    found = tuple(row for row in rows if row.evaluation or row.metric not in beside)
    return found or tuple(rows)


def _of_metric(rows: Sequence[ResultRow], text: str, *, every: bool) -> list[ResultRow]:
    """The rows of the metric of a name: of that itself, else of those that end with it."""
    asked = asked_for(text, {row.metric for row in rows})
    found = [row for row in rows if asked.name in (row.metric, full_name(row))]
    found = found or [row for row in rows if full_name(row).endswith(f"/{asked.name}")]
    if not found:
        raise NoMetric(f"no result is of the metric `{asked.name}`", _instead(asked.name, rows))
    if not asked.statistic:
        return [row for row in found if every or _is_main(row)]
    chosen = [row for row in found if row.statistic == asked.statistic]
    if not chosen:
        known = list(dict.fromkeys(row.statistic for row in found))
        raise NoMetric(
            f"no result is the `{asked.statistic}` of `{asked.name}`", f"there is {either(known)}"
        )
    return chosen


def _instead(name: str, rows: Sequence[ResultRow]) -> str:
    """What there is in place of a metric: of one with a wrong statistic (`loss:mean`) those."""
    known = list(dict.fromkeys(row.metric for row in rows))
    metric = name.rpartition(":")[0]
    if metric in known:
        of_it = dict.fromkeys(row.statistic for row in rows if row.metric == metric)
        return f"there is {either([f'{metric}:{each}' for each in of_it])}"
    near = nearest(name, known) or known
    return f"there is {either(near)}" if near else "there are no results"


def full_name(row: ResultRow | GroupRow) -> str:
    """A metric with the evaluation that measured it: two may have the same."""
    return f"{row.evaluation}/{row.metric}" if row.evaluation else row.metric
