"""Compilations and runs as tables, for notebooks: what `_repr_html_` gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Protocol

from tcwc.config.canonical import flow
from tcwc.model.cut import cut
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.printable import printable
from tcwc.model.secrets import masked, masked_value
from tcwc.model.values import Value
from tcwc.outcomes.grid import ResultsGrid
from tcwc.outcomes.groups import GroupRow
from tcwc.outcomes.number_texts import summary_texts

_SHOWN = 20
_WIDTH = 80


class StatusRow(Protocol):
    """What is shown of what became of a run."""

    @property
    def run(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def word(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def job(self) -> str: ...
    @property
    def host(self) -> str: ...


class Levels(Protocol):
    """What is shown of a run."""

    @property
    def id(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Value]: ...


def runs_table(runs: Sequence[Levels]) -> str:
    """The first runs with the level of each variable, and how many there are beside them."""
    first = runs[:_SHOWN]
    names = list(dict.fromkeys(name for run in first for name in run.parameters))
    rows = [[run.id, *(_text(run, name) for name in names)] for run in first]
    more = f"<p>and {len(runs) - _SHOWN:,} more runs</p>" if len(runs) > _SHOWN else ""
    return _table(["run", *names], rows) + more


def status_table(experiment: str, counts: Mapping[str, int], rows: Sequence[StatusRow]) -> str:
    """How many runs are in which state, and the first runs."""
    told = ", ".join(f"{count:,} {state}" for state, count in counts.items())
    first = rows[:_SHOWN]
    cells = [[r.run, r.name, r.word, r.job, r.host, cut(masked(r.detail), _WIDTH)] for r in first]
    more = f"<p>and {len(rows) - _SHOWN:,} more runs</p>" if len(rows) > _SHOWN else ""
    heads = ["run", "name", "state", "job", "on", "what"]
    return f"<p>{_shown(experiment)}: {told}</p>" + _table(heads, cells) + more


def results_table(grid: ResultsGrid, left_out: Sequence[str]) -> str:
    """The first lines of a table of results, and what is left out of it."""
    first = grid.rows[:_SHOWN]
    more = f"<p>and {len(grid.rows) - _SHOWN:,} more</p>" if len(grid.rows) > _SHOWN else ""
    told = "".join(f"<p>{_shown(each)}</p>" for each in left_out)
    return _table(grid.heads, first) + more + told


def groups_table(
    experiment: str, names: Sequence[str], rows: Sequence[GroupRow], left_out: Sequence[str]
) -> str:
    """The first rows of results by factors, and what is left out of them."""
    cells = [
        [
            *(_level(name, row.levels) for name in names),
            *(row.label, row.evaluation, row.metric, row.statistic),
            *("" if each is None else str(each) for each in (row.epoch, row.step, row.world)),
            str(row.summary.n),
            *(texts.mean, texts.sd, texts.low, texts.high),
        ]
        for row in rows[:_SHOWN]
        for texts in (summary_texts(row.summary),)
    ]
    heads = [
        *(*names, "of", "evaluation", "metric", "statistic", "epoch", "step", "world"),
        *("n", "mean", "sd", "low", "high"),
    ]
    more = f"<p>and {len(rows) - _SHOWN:,} more rows</p>" if len(rows) > _SHOWN else ""
    told = "".join(f"<p>{_shown(each)}</p>" for each in left_out)
    return f"<p>{_shown(experiment)}</p>" + _table(heads, cells) + more + told


def run_table(run: Levels) -> str:
    """The levels of a run."""
    rows = [[name, _text(run, name)] for name in run.parameters]
    return f"<p><b>{escape(run.id)}</b></p>" + _table(["variable", "level"], rows)


def findings_table(diagnostics: Sequence[Diagnostic]) -> str:
    """The first findings, with where they are and what to write instead; "" for none."""
    if not diagnostics:
        return ""
    rows = [
        [
            str(each.span),
            f"{each.severity.value}[{each.code}]",
            masked(each.message),
            masked(each.help),
        ]
        for each in diagnostics[:_SHOWN]
    ]
    more = len(diagnostics) - _SHOWN
    told = f"<p>and {more:,} more findings</p>" if more > 0 else ""
    return _table(["where", "finding", "what", "help"], rows) + told


def _text(run: Levels, name: str) -> str:
    return _level(name, run.parameters)


def _level(name: str, levels: Mapping[str, Value]) -> str:
    value = masked_value(name, levels.get(name))
    if name not in levels:
        return ""
    text = value if isinstance(value, str) else flow(value)
    return cut(text, _WIDTH)


def _shown(text: str) -> str:
    return escape(printable(masked(text), is_data=True))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{_shown(each)}</th>" for each in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{_shown(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
