"""Results as a table for people: a line a run, or a step of one; factors first, then metrics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from tcwc.config.canonical import flow
from tcwc.jobs.states.rows import RunStatus
from tcwc.model.frozen import dataclass
from tcwc.model.secrets import masked_value
from tcwc.outcomes.number_texts import number_text
from tcwc.outcomes.rows import MAIN, STEP, ResultRow

ERROR_OF = "_stderr"
"""How the name of a metric's standard error ends."""
_MAIN = "loss"
"""The metric that says most of a training, as loggers call it."""
_LOGGED = "logged"
"""What stands before a metric of a training that is called as a factor is."""
_ELSEWHERE = ("changed", "foreign")
"""States in which what lies in a run's folder is not the run's by now."""


@dataclass(frozen=True, slots=True)
class ResultsGrid:
    """The texts of a table. The first columns, so many as `always`, say what a line is of."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    always: int


def grid_of(
    rows: Iterable[ResultRow], runs: Iterable[RunStatus], *, each_epoch: bool = False
) -> ResultsGrid:
    """A line for each run that has rows, or for each step of it, or for `each_epoch` that was
    evaluated. What is stale, or of another run, is not in it; of a run that is not finished its
    state is beside what it logged so far."""
    states = {each.run: each for each in runs}
    shown = [row for row in rows if row.included or _is_partial(row, states)]
    metrics = _metrics(shown)
    first = _first_columns(shown, states, each_epoch=each_epoch)
    texts = (
        (
            *(text(row) for text in first.values()),
            *(_cell(cells, metric, has_epoch="epoch" in first) for metric in metrics),
        )
        for row, cells in _lines(shown, each_epoch=each_epoch)
    )
    return ResultsGrid((*first, *_heads(metrics, first)), tuple(texts), len(first))


def _first_columns(
    rows: Sequence[ResultRow], states: Mapping[str, RunStatus], *, each_epoch: bool
) -> dict[str, Callable[[ResultRow], str]]:
    """What says of which run a line is, by the heads; no column that would be empty."""
    columns: dict[str, Callable[[ResultRow], str]] = {"run": lambda row: row.run or row.label}
    if any(row.name for row in rows):
        columns["name"] = lambda row: row.name
    for name in dict.fromkeys(name for row in rows for name in row.parameters):
        columns[name] = partial(_level, name)
    if not all(row.included for row in rows):
        columns["state"] = lambda row: states[row.run].word if row.run in states else ""
    if any(row.statistic == STEP for row in rows):
        columns["step"] = lambda row: "" if row.statistic != STEP else str(row.step)
    if each_epoch:
        columns["epoch"] = lambda row: "" if row.epoch is None else str(row.epoch)
    return columns


Metric = tuple[str, str, str]
"""The name of an evaluation ("" of the training), that of one of its metrics, and the statistic of
it where that is not its one value."""
Key = tuple[str, str, int]
"""What a line is of: a run or what is none, by its label, and a step or an epoch of it, or -1."""


def _is_partial(row: ResultRow, states: Mapping[str, RunStatus]) -> bool:
    found = states.get(row.run)
    is_training = not row.evaluation
    return is_training and found is not None and found.state not in _ELSEWHERE


def _metrics(rows: Sequence[ResultRow]) -> list[Metric]:
    """What the columns are: the loss, or the first that is logged, what evaluations say, and then
    the others that are logged."""
    found = list(dict.fromkeys(map(_metric, rows)))
    whole = [each for each in found if not _is_error(each, found)]
    logged = sorted((each for each in whole if not each[0]), key=lambda each: each[1] != _MAIN)
    return [*logged[:1], *(each for each in whole if each[0]), *logged[1:]]


def _metric(row: ResultRow) -> Metric:
    return row.evaluation, row.metric, "" if row.statistic in MAIN else row.statistic


def _is_error(metric: Metric, among: Sequence[Metric]) -> bool:
    """Whether it is the standard error of another one, beside which it stands."""
    evaluation, name, _ = metric
    return any((evaluation, each[1]) == (each[0], _of_error(name)) for each in among)


def _of_error(name: str) -> str:
    """The metric whose standard error one is; "" where it is none's."""
    before, mark, after = name.partition(ERROR_OF)
    return before + after if mark else ""


def _heads(metrics: Sequence[Metric], others: Collection[str]) -> Iterator[str]:
    """The metrics' names, with where they are from where two columns have the same: `lr` may be
    logged, and a factor."""
    called = [f"{name}:{statistic}" if statistic else name for _, name, statistic in metrics]
    names = [*called, *others]
    for (evaluation, *_), name in zip(metrics, called, strict=True):
        where = evaluation or (_LOGGED if name in others else "")
        yield f"{where}: {name}" if names.count(name) > 1 and where else name


def _lines(
    rows: Sequence[ResultRow], *, each_epoch: bool
) -> list[tuple[ResultRow, dict[Metric, ResultRow]]]:
    """The rows that lines show, with one that says what the line is of: of evaluations the last
    epoch's, or each."""
    found: dict[Key, tuple[ResultRow, dict[Metric, ResultRow]]] = {}
    for row in rows:
        part = row.step if row.statistic == STEP else row.epoch if each_epoch else None
        key = (row.run, "" if row.run else row.label, -1 if part is None else part)
        _, cells = found.setdefault(key, (row, {}))
        metric = _metric(row)
        if metric not in cells or (cells[metric].epoch or 0) <= (row.epoch or 0):
            cells[metric] = row
    return [found[key] for key in sorted(found, key=_order)]


def _order(key: Key) -> tuple[bool, int, str, str, int]:
    run, label, part = key
    return not run, len(run), run, label, part


def _cell(cells: Mapping[Metric, ResultRow], metric: Metric, *, has_epoch: bool) -> str:
    """A value; one of another epoch than the last says so, where its line does not."""
    row = cells.get(metric)
    if row is None:
        return ""
    error = next((each for each in cells.values() if _is_that_of(each, row)), None)
    spread = f" ± {number_text(error.value)}" if error else ""
    is_told = row.epoch is not None and not row.last and not has_epoch
    earlier = f" (epoch {row.epoch})" if is_told else ""
    return f"{number_text(row.value)}{spread}{earlier}"


def _is_that_of(error: ResultRow, row: ResultRow) -> bool:
    whose = (error.evaluation, _of_error(error.metric), error.epoch)
    return whose == (row.evaluation, row.metric, row.epoch)


def _level(name: str, row: ResultRow) -> str:
    if name not in row.parameters:
        return ""
    value = masked_value(name, row.parameters[name])
    return value if isinstance(value, str) else flow(value)
