"""Which epoch of a run was best, by what evaluations measured of each."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from tcwc.model.epochs import BEST
from tcwc.model.evaluators import MAX, MIN
from tcwc.model.frozen import dataclass
from tcwc.model.problem import Problem
from tcwc.model.words import listed, nearest
from tcwc.outcomes.rows import ResultRow

_WAYS = {MAX: "largest", MIN: "smallest"}

Metric = tuple[str, str]
"""The name of an evaluation, and that of one of its metrics."""


class NoBest(Problem):
    """A metric by which no epoch can be called the best."""


@dataclass(frozen=True, slots=True)
class BestEpoch:
    """An epoch of a run that was best, and its value of the metric."""

    epoch: int
    value: float


@dataclass(frozen=True, slots=True)
class Best:
    """The metric of an evaluation by which the best epoch of a run is told, and whether the largest
    (`max`) or the smallest (`min`) value of it is best."""

    evaluation: str
    metric: str
    way: str

    @property
    def name(self) -> str:
        """The metric, as it can be typed."""
        return f"{self.evaluation}/{self.metric}"

    @property
    def words(self) -> str:
        """The value that is best: `largest sums/acc`."""
        return f"{_WAYS[self.way]} {self.name}"

    def is_of(self, evaluation: str, metric: str) -> bool:
        """Whether a metric of an evaluation is the one by which it is told."""
        return (evaluation, metric) == (self.evaluation, self.metric)

    def of(self, rows: Iterable[ResultRow], run: str, epochs: Collection[int]) -> BestEpoch | str:
        """The best of some epochs of a run; why none can be told to be. Of several that are as good
        it is the latest."""
        found: dict[int | None, float] = {}
        marked: dict[int | None, str] = {}
        for row in rows:
            if row.run == run and self.is_of(row.evaluation, row.metric):
                if row.included:
                    found[row.epoch] = row.value
                else:
                    marked[row.epoch] = f" ({row.why_not})"
        for epoch in sorted(epochs):
            if epoch not in found:
                why = marked.get(epoch, "")
                return f"epoch {epoch} has no {self.name}, and may be the best{why}"
            if math.isnan(found[epoch]):
                return f"{self.name} of epoch {epoch} is no number"
        if not epochs:
            return f"none of its epochs is evaluated for {self.name}"
        sign = 1 if self.way == MAX else -1
        best = max(epochs, key=lambda epoch: (sign * found[epoch], epoch))
        return BestEpoch(best, found[best])


def best_by(text: str, rows: Iterable[ResultRow], known: Mapping[str, str]) -> Best:
    """What `METRIC`, or `METRIC:max` or `METRIC:min`, stands for, of what was measured of epochs;
    `known` says of the metrics of evaluators which way is better.

    A metric may be named by its last part (`acc` of `sums/acc`), with the evaluation before it
    where several measure it. Raises NoBest.
    """
    name, _, said = text.rpartition(":")
    name, said = (name, said) if said in _WAYS else (text, "")
    measured = [row for row in rows if row.epoch is not None]
    evaluation, metric = _meant(name, measured)
    way = said or known.get(_last(_plain(metric)), "")
    if not way:
        message = f"whether more or less `{name}` is better is not known"
        raise NoBest(message, f"say it: {_ways(name)}")
    best = Best(evaluation, metric, way)
    _check_several(best, measured)
    return best


def _check_several(best: Best, measured: Iterable[ResultRow]) -> None:
    """Refuse where of each run the last epoch alone was evaluated. Raises NoBest."""
    its = [row for row in measured if row.included and best.is_of(row.evaluation, row.metric)]
    if all(row.last for row in its) and any(row.epoch for row in its):
        raise NoBest(
            f"only last epochs have {best.name}: nobody can tell whether they are the best",
            f"write `epochs: all` under `evaluate: {best.evaluation}`, and evaluate the others",
        )


def _meant(name: str, measured: Sequence[ResultRow]) -> Metric:
    """The evaluation and the metric that a name is of. Raises NoBest."""
    current = _metrics(row for row in measured if row.included)
    found = _called(name, current)
    if len(found) == 1:
        return found[0]
    if found:
        several = listed([f"{evaluation}/{metric}" for evaluation, metric in found])
        raise NoBest(f"`{name}` is {several}", "name one of them")
    marked = [row for row in measured if _called(name, [(row.evaluation, row.metric)])]
    if marked:
        help = "`tcwc status` says what is to be evaluated anew"
        raise NoBest(f"no `{name}` of an epoch counts: {marked[0].why_not}", help)
    before, _, word = name.rpartition(":")
    if _called(before, current):
        raise NoBest(f"`{word}` is neither {MAX} nor {MIN}", f"write {_ways(before)}")
    if not current:
        help = (
            "what trainings log has no epochs: evaluate them (`evaluate:`, `epochs: all`); `tcwc "
            "results` without --epochs tells what of evaluations is there, and cannot be read"
        )
        raise NoBest("no finished evaluation of an epoch is current", help)
    whole = [f"{evaluation}/{metric}" for evaluation, metric in current]
    near = nearest(name, [*whole, *map(_last, whole)]) or whole
    raise NoBest(f"no evaluation of an epoch has `{name}`", f"there is {listed(near)}")


def _metrics(rows: Iterable[ResultRow]) -> list[Metric]:
    return list(dict.fromkeys((row.evaluation, row.metric) for row in rows))


def _called(name: str, metrics: Sequence[Metric]) -> list[Metric]:
    """Those that are called so, or else whose last part is, or else but for a filter."""
    whole = {f"{evaluation}/{metric}": (evaluation, metric) for evaluation, metric in metrics}
    found = [each for key, each in whole.items() if name in (key, each[1])]
    found = found or [each for key, each in whole.items() if key.endswith(f"/{name}")]
    return found or [each for key, each in whole.items() if f"/{_plain(key)}".endswith(f"/{name}")]


def _ways(name: str) -> str:
    return f"{BEST}{name}:{MAX}, or {BEST}{name}:{MIN}"


def _plain(metric: str) -> str:
    """A metric without the filter of the answers behind it (`exact_match,flexible`)."""
    return metric.partition(",")[0]


def _last(metric: str) -> str:
    return metric.rpartition("/")[2]
