"""Which epoch of a run was best, by what evaluations measured of each."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from tcwc.model.evaluators import MAX, MIN
from tcwc.model.frozen import dataclass
from tcwc.model.problem import Problem
from tcwc.model.words import listed, nearest
from tcwc.outcomes.rows import ResultRow

_WAYS = (MAX, MIN)


class NoBest(Problem):
    """A metric by which no epoch can be called the best."""


@dataclass(frozen=True, slots=True)
class Best:
    """The metric of an evaluation by which the best epoch of a run is told, and whether the largest
    (`max`) or the smallest (`min`) value of it is best."""

    evaluation: str
    metric: str
    way: str

    @property
    def name(self) -> str:
        """It, as it can be typed."""
        return f"{self.evaluation}/{self.metric}"

    def of(self, rows: Iterable[ResultRow], run: str, epochs: Collection[int]) -> int | str:
        """The best of some epochs of a run; why none can be told to be. Of several that are as good
        it is the latest."""
        found = {
            row.epoch: row.value
            for row in rows
            if row.included
            and row.run == run
            and (row.evaluation, row.metric) == (self.evaluation, self.metric)
        }
        for epoch in sorted(epochs):
            if epoch not in found:
                return f"epoch {epoch} has no {self.name}, and may be the best"
            if math.isnan(found[epoch]):
                return f"{self.name} of epoch {epoch} is no number"
        sign = 1 if self.way == MAX else -1
        return max(epochs, key=lambda epoch: (sign * found[epoch], epoch))


def best_by(text: str, rows: Sequence[ResultRow], known: Mapping[str, str]) -> Best:
    """What `METRIC`, or `METRIC:max` or `METRIC:min`, stands for, of what was measured of epochs;
    `known` says of the metrics of evaluators which way is better.

    A metric may be named by its last part (`acc` of `sums/acc`), with the evaluation before it
    where several measure it. Raises NoBest.
    """
    name, _, said = text.rpartition(":")
    name, said = (name, said) if said in _WAYS else (text, "")
    measured = dict.fromkeys(
        (row.evaluation, row.metric) for row in rows if row.epoch is not None and row.included
    )
    evaluation, metric = _meant(name, list(measured))
    way = said or known.get(_last(_plain(metric)), "")
    if not way:
        message = f"whether more or less `{name}` is better is not known"
        raise NoBest(message, f"say it: --keep best:{name}:max, or --keep best:{name}:min")
    return Best(evaluation, metric, way)


def _meant(name: str, measured: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The evaluation and the metric that a name is of. Raises NoBest."""
    whole = {f"{evaluation}/{metric}": (evaluation, metric) for evaluation, metric in measured}
    found = [each for key, each in whole.items() if name in (key, each[1])]
    found = found or [each for key, each in whole.items() if key.endswith(f"/{name}")]
    found = found or [each for key, each in whole.items() if f"/{_plain(key)}".endswith(f"/{name}")]
    if len(found) == 1:
        return found[0]
    if found:
        several = listed([f"{evaluation}/{metric}" for evaluation, metric in found])
        raise NoBest(f"`{name}` is {several}", "name one of them")
    if not whole:
        help = "what trainings log has no epochs: evaluate them (`evaluate:`, `epochs: all`)"
        raise NoBest("no finished evaluation of an epoch is current", help)
    near = nearest(name, [*whole, *map(_last, whole)]) or list(whole)
    raise NoBest(f"no evaluation of an epoch has `{name}`", f"there is {listed(near)}")


def _plain(metric: str) -> str:
    """A metric without the filter of the answers behind it (`exact_match,flexible`)."""
    return metric.partition(",")[0]


def _last(metric: str) -> str:
    return metric.rpartition("/")[2]
