"""The table that lm-evaluation-harness prints (utils.py, make_table), in the log of a program that
leaves no other result.

    |Tasks|Version|Filter|n-shot|Metric|   |Value |   |Stderr|
    |-----|------:|------|-----:|------|---|-----:|---|-----:|
    |sums |      1|none  |     0|acc   |↑  |0.2500|±  |0.0833|

A task that has several metrics is named in the first line alone, those of a group stand below it as
` - sums`. The newest table counts: a log may have those of several programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.model.measured import MetricValue, Readout
from tcwc.model.patterns import pattern
from tcwc.outcomes.lm_eval import metric_of

_FIRST = ("Tasks", "Groups")
_RULE = pattern(r":?-+:?")
_NUMBER = pattern(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|-?inf|nan")
_NOT_KNOWN = ("N/A", "")
_LONGEST = 1 << 12


def read_table(text: str) -> Readout:
    """The metrics in the last tables of a log: of tasks, and of groups below them."""
    found: dict[str, MetricValue] = {}
    unread: list[str] = []
    tables = list(_tables(text))
    if not tables:
        return Readout(unread=("there is no table of results in it",))
    for heads, rows in _newest(tables):
        for each in _measured(heads, rows, unread):
            found[each.metric] = each
    return Readout(tuple(found.values()), tuple(unread))


Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def _newest(tables: Sequence[Table]) -> Sequence[Table]:
    """The last table of tasks, and what comes after it."""
    of_tasks = [at for at, (heads, _) in enumerate(tables) if heads[0] == _FIRST[0]]
    return tables[of_tasks[-1] :] if of_tasks else tables[-1:]


def _tables(text: str) -> Iterator[Table]:
    """The heads and the rows of each table of results."""
    heads: Sequence[str] = ()
    rows: list[Sequence[str]] = []
    for line in (*text.splitlines(), ""):
        cells = _cells(line)
        if heads and len(cells) == len(heads):
            rows.append(cells)
            continue
        if heads:
            yield heads, rows
        is_head = cells[:1] and cells[0] in _FIRST and {"Metric", "Value"} <= set(cells)
        heads, rows = (cells if is_head else ()), []
    return


def _cells(line: str) -> Sequence[str]:
    line = line.rstrip()
    if len(line) > _LONGEST or not (line.startswith("|") and line.endswith("|")):
        return ()
    return [each.strip() for each in line[1:-1].split("|")]


def _measured(
    heads: Sequence[str], rows: Sequence[Sequence[str]], unread: list[str]
) -> Iterator[MetricValue]:
    task = filter = ""
    for row in rows:
        if all(map(_RULE.fullmatch, row)):
            continue
        cells = dict(zip(heads, row, strict=True))
        task = row[0].removeprefix("- ").strip() or task
        filter = cells.get("Filter", "")
        for name, key in (("", "Value"), ("_stderr", "Stderr")):
            value = cells.get(key, "")
            if value in _NOT_KNOWN:
                continue
            metric = metric_of(task, cells["Metric"] + name, filter)
            if _NUMBER.fullmatch(value):
                yield MetricValue(metric, float(value))
            else:
                unread.append(f"{metric} is no number")
