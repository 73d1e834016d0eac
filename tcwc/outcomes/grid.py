"""Results as a table for people: a line a run, or a step of one; factors first, then metrics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from tcwc.config.canonical import flow
from tcwc.jobs.states.rows import RunStatus
from tcwc.model.frozen import dataclass
from tcwc.model.secrets import masked_value
from tcwc.outcomes.number_texts import number_text
from tcwc.outcomes.rows import LAST, STEP, ResultRow

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


def grid_of(rows: Iterable[ResultRow], runs: Iterable[RunStatus]) -> ResultsGrid:
    """A line for each run that has rows, or for each step of it. What is stale, or of another run,
    is not in it; of a run that is not finished its state is beside what it logged so far."""
    states = {each.run: each for each in runs}
    shown = [row for row in rows if row.included or _is_partial(row, states)]
    metrics = _metrics(shown)
    first = _first_columns(shown, states)
    lines = _lines(shown)
    latest = _latest(cells for _, cells in lines)
    texts = (
        (
            *(text(row) for text in first.values()),
            *(_cell(cells, metric, latest.get(metric)) for metric in metrics),
        )
        for row, cells in lines
    )
    return ResultsGrid((*first, *_heads(metrics, first)), tuple(texts), len(first))


def _first_columns(
    rows: Sequence[ResultRow], states: Mapping[str, RunStatus]
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
    return columns


Metric = tuple[str, str]
"""The name of an evaluation ("" of the training), and that of one of its metrics."""
Key = tuple[str, str, "int | None"]
"""What a line is of: a run or what is none, by its label, and a step of it."""


def _is_partial(row: ResultRow, states: Mapping[str, RunStatus]) -> bool:
    found = states.get(row.run)
    is_training = not row.evaluation
    return is_training and found is not None and found.state not in _ELSEWHERE


def _metrics(rows: Sequence[ResultRow]) -> list[Metric]:
    """What the columns are: the loss, or the first that is logged, what evaluations say, and then
    the others that are logged."""
    found = list(dict.fromkeys((row.evaluation, row.metric) for row in rows))
    whole = [each for each in found if not _is_error(each, found)]
    logged = sorted((each for each in whole if not each[0]), key=lambda each: each[1] != _MAIN)
    return [*logged[:1], *(each for each in whole if each[0]), *logged[1:]]


def _is_error(metric: Metric, among: Sequence[Metric]) -> bool:
    """Whether it is the standard error of another one, beside which it stands."""
    evaluation, name = metric
    return any((evaluation, each[1]) == (each[0], _of_error(name)) for each in among)


def _of_error(name: str) -> str:
    """The metric whose standard error one is; "" where it is none's."""
    before, mark, after = name.partition(ERROR_OF)
    return before + after if mark else ""


def _heads(metrics: Sequence[Metric], others: Collection[str]) -> Iterator[str]:
    """The metrics' names, with where they are from where two columns have the same: `lr` may be
    logged, and a factor."""
    names = [*(name for _, name in metrics), *others]
    for evaluation, name in metrics:
        where = evaluation or (_LOGGED if name in others else "")
        yield f"{where}: {name}" if names.count(name) > 1 and where else name


def _lines(rows: Sequence[ResultRow]) -> list[tuple[ResultRow, dict[Metric, ResultRow]]]:
    """The rows that lines show, with one that says what the line is of: of what a training comes to
    the last value, of evaluations the last epoch's."""
    found: dict[Key, tuple[ResultRow, dict[Metric, ResultRow]]] = {}
    for row in rows:
        if row.statistic not in (LAST, STEP):
            continue
        key = (row.run, "" if row.run else row.label, row.step if row.statistic == STEP else None)
        _, cells = found.setdefault(key, (row, {}))
        metric = (row.evaluation, row.metric)
        if metric not in cells or (cells[metric].epoch or 0) <= (row.epoch or 0):
            cells[metric] = row
    return [found[key] for key in sorted(found, key=_order)]


def _order(key: Key) -> tuple[bool, int, str, str, int]:
    run, label, step = key
    return not run, len(run), run, label, step or 0


def _latest(lines: Iterable[Mapping[Metric, ResultRow]]) -> dict[Metric, int]:
    """The last epoch that each column has a value of."""
    found: dict[Metric, int] = {}
    for metric, row in (each for cells in lines for each in cells.items()):
        if row.epoch is not None:
            found[metric] = max(row.epoch, found.get(metric, 0))
    return found


def _cell(cells: Mapping[Metric, ResultRow], metric: Metric, latest: int | None) -> str:
    """A value; one of an earlier epoch than others of its column says so."""
    row = cells.get(metric)
    if row is None:
        return ""
    error = next((each for each in cells.values() if _is_that_of(each, row)), None)
    spread = f" ± {number_text(error.value)}" if error else ""
    earlier = f" (epoch {row.epoch})" if row.epoch not in (None, latest) else ""
    return f"{number_text(row.value)}{spread}{earlier}"


def _is_that_of(error: ResultRow, row: ResultRow) -> bool:
    whose = (error.evaluation, _of_error(error.metric), error.epoch)
    return whose == (row.evaluation, row.metric, row.epoch)


def _level(name: str, row: ResultRow) -> str:
    if name not in row.parameters:
        return ""
    value = masked_value(name, row.parameters[name])
    return value if isinstance(value, str) else flow(value)
