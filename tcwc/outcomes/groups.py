"""Rows of results pooled over replicates, and over nothing else that nobody named.

A row stands for one cell of the design without its replicates: a level of each factor that is
neither a replicate nor pooled by name, of one metric, one epoch, one number of processes. What is
no number, and what is missing, is told beside it; what is not `included` is in none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from tcwc.config.canonical import canonical_json
from tcwc.model.frozen import dataclass
from tcwc.model.values import Value
from tcwc.outcomes.chosen import UNCHOSEN, ChosenEpochs
from tcwc.outcomes.rows import LAST, STEP, ResultRow
from tcwc.outcomes.statistics import CONFIDENCE, Summary, summary

REPLICATES = ("seed", "replicate")
"""The names of factors whose levels are repetitions of one run, not settings that are compared."""

Levels: TypeAlias = Mapping[str, Value]
"""The level of each column that a run sets, by its name."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """What becomes of each factor: `by` are named and come first, `apart` have a row for each of
    their levels although nobody named them; `over` and `replicates` are pooled. `epochs` are those
    that somebody chose: of one a run values are pooled, others have a row each."""

    by: tuple[str, ...]
    apart: tuple[str, ...]
    over: tuple[str, ...]
    replicates: tuple[str, ...]
    epochs: ChosenEpochs = UNCHOSEN

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that tell rows apart, in their order."""
        return self.by + self.apart

    @property
    def pooled(self) -> tuple[str, ...]:
        """The factors over which values are pooled."""
        return self.over + self.replicates


def grouping_of(
    factors: Sequence[str],
    by: Sequence[str] = (),
    over: Sequence[str] = (),
    epochs: ChosenEpochs = UNCHOSEN,
) -> Grouping:
    """The part of each factor of a design; `by` may name derived columns, too."""
    named, pooled = dict.fromkeys(by), dict.fromkeys(over)
    left = [each for each in factors if each not in named and each not in pooled]
    replicates = tuple(each for each in left if each in REPLICATES)
    apart = tuple(each for each in left if each not in REPLICATES)
    return Grouping(tuple(named), apart, tuple(pooled), replicates, epochs)


@dataclass(frozen=True, slots=True)
class RunValue:
    """The value that a run has of a metric. `run` is "" for what is of no run, `epoch` None for
    what training logged."""

    run: str
    value: float
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The values of a metric in one cell of a design, without its replicates, and their statistics.

    `levels` are those of the cell, without the factors that it does not set; `label` says what was
    evaluated where that was no run. `epoch`, `step` (only where each is a row) and `world` are as
    in the rows that went in; `epoch` is None, too, where each run has its own. `values` are one of
    each run; `missing` are runs of this cell without a value (of this epoch), `twice` those with
    several, of which none is taken; of `early` the last value is of an earlier step than that of
    others.
    """

    levels: Levels
    label: str
    metric: str
    statistic: str
    source: str
    evaluation: str
    epoch: int | None
    step: int | None
    world: int | None
    summary: Summary
    values: tuple[RunValue, ...]
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    early: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A metric, and the cells of the design that have no row of it, with their runs."""

    metric: str
    runs: tuple[str, ...]
    cells: tuple[Levels, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """The rows of a grouping; `without` are runs of the design of which no row went in;
    `unmeasured` the metrics of which there is no row for some cells."""

    rows: tuple[GroupRow, ...]
    without: tuple[str, ...]
    unmeasured: tuple[Unmeasured, ...]


_Measure: TypeAlias = "tuple[str, str, str, str]"
_Key: TypeAlias = "tuple[_Measure, str, str, int | None, int | None, int | None]"


def pooled(
    rows: Iterable[ResultRow],
    runs: Mapping[str, Levels],
    grouping: Grouping,
    confidence: float = CONFIDENCE,
    order: Mapping[str, Sequence[Value]] | None = None,
) -> Pool:
    """The rows of results by a grouping; `runs` are those of the design, in its order, with the
    level of each factor and of each derived column that is named. `order` has the levels of columns
    as their author wrote them; of others numbers ascend, all else stands as runs have it."""
    cells = _Cells(runs, grouping.shown, order or {})
    groups: dict[_Key, dict[str, list[RunValue]]] = {}
    ends: dict[_Key, dict[str, int]] = {}
    there: dict[tuple[_Measure, int | None], set[str]] = {}
    for row in (row for row in rows if row.included):
        measure, cell = _measure(row), cells.of(row)
        step = row.step if row.statistic == STEP else None
        epoch = None if grouping.epochs.is_one else row.epoch
        key = (measure, cell, "" if row.run else row.label, epoch, step, row.world)
        value = RunValue(row.run, row.value, row.epoch)
        groups.setdefault(key, {}).setdefault(row.run, []).append(value)
        if row.statistic == LAST and row.step is not None and not row.evaluation:
            ends.setdefault(key, {})[row.run] = row.step
        there.setdefault((measure, epoch), set()).add(row.run)
    made = [
        _row(key, values, cells, there[key[0], key[3]], ends.get(key, {}), confidence)
        for key, values in sorted(groups.items(), key=lambda each: cells.place(each[0]))
    ]
    measured = set().union(*there.values())
    without = tuple(run for run in runs if run not in measured)
    return Pool(tuple(made), without, tuple(_unmeasured(groups, cells)))


def _unmeasured(groups: Iterable[_Key], cells: _Cells) -> Iterator[Unmeasured]:
    """The metrics of which cells have no row, each once."""
    has: dict[tuple[str, str], set[str]] = {}
    for (evaluation, _, metric, _), cell, *_ in groups:
        has.setdefault((evaluation, metric), set()).add(cell)
    for (evaluation, metric), known in sorted(has.items()):
        without = [cell for cell in cells.runs if cell not in known]
        if without:
            yield Unmeasured(
                f"{evaluation}/{metric}" if evaluation else metric,
                tuple(run for cell in without for run in cells.runs[cell]),
                tuple(cells.levels[cell] for cell in without),
            )


def _measure(row: ResultRow) -> _Measure:
    return row.evaluation, row.source, row.metric, row.statistic


def _row(
    key: _Key,
    values: Mapping[str, Sequence[RunValue]],
    cells: _Cells,
    there: set[str],
    ends: Mapping[str, int],
    confidence: float,
) -> GroupRow:
    (evaluation, source, metric, statistic), cell, label, epoch, step, world = key
    once = [found[0] for _, found in sorted(values.items()) if len(found) == 1]
    return GroupRow(
        cells.levels[cell],
        label,
        metric,
        statistic,
        source,
        evaluation,
        epoch,
        step,
        world,
        summary((each.value for each in once), confidence),
        tuple(once),
        # What is of no run is no part of a cell, were all factors pooled.
        () if label else tuple(run for run in cells.runs.get(cell, ()) if run not in there),
        tuple(sorted(run for run, found in values.items() if len(found) > 1)),
        _early(ends),
    )


def _early(ends: Mapping[str, int]) -> tuple[str, ...]:
    latest = max(ends.values(), default=0)
    return tuple(sorted(run for run, step in ends.items() if step < latest))


def _ranked(written: Sequence[Value], found: Sequence[Value]) -> dict[str, int]:
    """The place of each level, by its text."""
    if not written and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in found):
        written = sorted(found, key=float)  # type: ignore[arg-type]
    texts = dict.fromkeys(canonical_json(each) for each in (*written, *found))
    return {text: at for at, text in enumerate(texts)}


class _Cells:
    """The cells of a design as some columns tell them apart, each by a text of its levels."""

    def __init__(
        self,
        runs: Mapping[str, Levels],
        shown: Sequence[str],
        order: Mapping[str, Sequence[Value]],
    ) -> None:
        self._shown = shown
        self._of: dict[str, str] = {}
        self.levels: dict[str, Levels] = {}
        self.runs: dict[str, list[str]] = {}
        self._places: dict[str, list[tuple[int, str]]] = {}
        for run, levels in runs.items():
            self._of[run] = self._add(levels)
            self.runs.setdefault(self._of[run], []).append(run)
        self._ranks = {
            name: _ranked(
                order.get(name, ()), [each[name] for each in runs.values() if name in each]
            )
            for name in shown
        }

    def of(self, row: ResultRow) -> str:
        """The cell of a row."""
        if row.run not in self._of:
            # Several are of no run, and nothing of those is kept for the next.
            return self._add(row.parameters)
        return self._of[row.run]

    def _add(self, levels: Levels) -> str:
        # A factor that is not set is another level than null.
        own = {name: levels[name] for name in self._shown if name in levels}
        cell = canonical_json(own)
        self.levels.setdefault(cell, own)
        return cell

    def place(self, key: _Key) -> tuple[object, ...]:
        """Where a group stands: by metric, then in the order of the design, whatever order rows
        came in."""
        measure, cell, label, epoch, step, world = key
        if cell not in self._places:
            levels = self.levels[cell]
            self._places[cell] = [self._rank(name, levels) for name in self._shown]
        ranks = self._places[cell]
        numbers = [-1 if each is None else each for each in (epoch, step, world)]
        return measure, not label, label, ranks, numbers

    def _rank(self, name: str, levels: Levels) -> tuple[int, str]:
        if name not in levels:
            return -1, ""
        text, known = canonical_json(levels[name]), self._ranks[name]
        return known.get(text, len(known)), text
