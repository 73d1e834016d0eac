"""What `tcwc results --by` shows: results by factors, as a table for people and for a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite

from tcwc.api.grouping import Grouped
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.printable import printable, shell_line
from tcwc.model.secrets import masked
from tcwc.model.words import either, listed
from tcwc.outcomes.groups import REPLICATES, GroupRow, RunValue
from tcwc.outcomes.number_texts import summary_texts
from tcwc.outcomes.rows import LAST
from tcwc.report.columns import in_columns
from tcwc.report.findings import Paint
from tcwc.report.levels import Labels, labels
from tcwc.report.markdown import code, plain, table

_WIDTH = 40
"""Characters of what a metric, or what was evaluated, is called."""
_FEW = 8
"""Runs that a note names."""


@dataclass(frozen=True, slots=True)
class GroupsFormat:
    """A form of results by factors: lines to `say`, or (`is_text` false) a text to give."""

    pieces: Callable[[Grouped, Paint, bool], Iterable[str]]
    is_text: bool = False


def labels_of(found: Grouped) -> Labels:
    """What its levels are called, so that they are told apart."""
    return labels((each for row in found for each in row.levels.items()), found.component)


def level_in(row: GroupRow, name: str, known: Labels) -> str:
    """What the level of a row is called; nothing where it has none."""
    return known.text(name, row.levels[name]) if name in row.levels else ""


# A table


def table_lines(found: Grouped, paint: Paint, everything: bool) -> Iterator[str]:
    """The rows below each other, then what is to be known of them; with `everything` also which
    epoch of each run is in them."""
    heads, rows = _cells(found, lambda text: cut(printable(masked(text), is_data=True), _WIDTH))
    if rows:
        first, *lines = in_columns(heads, rows, always=len(heads), width=0)
        yield paint("dim", first)
        yield from lines
    told = [*notes(found), *(_epochs(found) if everything else ())]
    for at, note in enumerate(told):
        yield from ([""] if rows and not at else [])
        yield note


def markdown_lines(found: Grouped, everything: bool) -> Iterator[str]:
    """The same as Markdown, with what is left out."""
    heads, rows = _cells(found, plain)
    yield f"**{plain(found.experiment)}**"
    yield from table(tuple(heads), [tuple(row) for row in rows])
    told = [*notes(found), *(_epochs(found) if everything else ()), *found.left_out]
    if told:
        yield ""
        yield from (f"- {_in_markdown(note)}" for note in told)


def _in_markdown(note: str) -> str:
    """A note with what stands between its backticks as code."""
    parts = enumerate(note.split("`"))
    return "".join(code(part) if at % 2 else plain(part) for at, part in parts)


def _cells(found: Grouped, shown: Callable[[str], str]) -> tuple[list[str], list[list[str]]]:
    """The heads and the cells of a table: what all rows have in common is in none of them."""
    known, names = labels_of(found), found.grouping.shown
    columns: list[tuple[str, Callable[[GroupRow], str], bool]] = [
        *((name, lambda row, name=name: level_in(row, name, known), True) for name in names),
        ("of", lambda row: row.label, False),
        ("evaluation", lambda row: row.evaluation, False),
        ("metric", lambda row: row.metric, True),
        ("statistic", lambda row: row.statistic, any(row.statistic != LAST for row in found)),
        ("source", lambda row: row.source, False),
        ("epoch", lambda row: _text(row.epoch), False),
        ("step", lambda row: _text(row.step), False),
        ("world", lambda row: _text(row.world), False),
        ("n", lambda row: str(row.summary.n), True),
        ("mean", lambda row: summary_texts(row.summary).mean, True),
        ("sd", lambda row: summary_texts(row.summary).sd, True),
        (f"{found.confidence * 100:.4g} % interval", _interval, True),
    ]
    kept = [
        (head, cell)
        for head, cell, always in columns
        if always or len({cell(row) for row in found if head != "world" or not row.label}) > 1
    ]
    rows = [[shown(cell(row)) for _, cell in kept] for row in found]
    return [shown(head) for head, _ in kept], rows


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _interval(row: GroupRow) -> str:
    texts = summary_texts(row.summary)
    return f"{texts.low} to {texts.high}" if texts.low else ""


# What is to be known of the rows


def notes(found: Grouped, each: str = "row") -> Iterator[str]:
    """What is not pooled though nobody named it, what has no interval, and what is missing; `each`
    is what people see of a cell of the design, which in a figure is no row."""
    yield from _of_factors(found, each)
    if words := found.grouping.epochs.words(found):
        yield words
    elif len({row.epoch for row in found if row.evaluation and not row.label}) > 1:
        yield f"a {each} for each epoch, too: `--epochs last` has one of each run, or best:METRIC"
    of_runs = [row for row in found if not row.label]
    alone = sum(row.summary.n == 1 for row in of_runs)
    if alone and found.grouping.pooled:
        share = f"{alone:,} of {len(of_runs):,} {each}s {'has' if alone == 1 else 'have'}"
        which = f"each {each} has" if alone == len(of_runs) else share
        yield f"{which} one value, and so no interval"
    known = labels_of(found)
    yield from dict.fromkeys(note for row in found for note in _of_row(row, known))
    told = {run for row in found for run in row.missing}
    if left := [run for run in found.without if run not in told]:
        yield f"no result of {_runs(left)}"
    for each_metric in found.unmeasured:
        if lacking := [run for run in each_metric.runs if run not in found.without]:
            yield f"no {each_metric.metric} of {_runs(lacking)}"


def _of_factors(found: Grouped, each: str) -> Iterator[str]:
    grouping = found.grouping
    named = [name for name in grouping.by if name in REPLICATES]
    if not grouping.pooled and named:
        is_are = "is" if len(named) == 1 else "are"
        yield (
            f"{listed(named)} {is_are} named, and so not pooled: each {each} is of one run, and "
            "has no interval"
        )
    elif not grouping.pooled:
        names = either([f"`{name}`" for name in REPLICATES])
        yield f"no factor is named {names}: each {each} is of one run, and has no interval"
    elif grouping.over:
        yield f"pooled over {listed(grouping.pooled)}"
    if found.mixed:
        yield f"pooled though constants differ, which are set where {listed(found.mixed)}"
    if grouping.by and grouping.apart:
        pools = shell_line(["--over", *grouping.apart])
        yield f"a {each} for each level of {listed(grouping.apart)}, too: `{pools}` pools them"


def _of_row(row: GroupRow, known: Labels) -> Iterator[str]:
    """What is odd about a row: values that are no numbers, and runs without a value."""
    levels = known.of(row.levels) or row.label
    where = f"{levels}: " if levels else ""
    odd = [
        f"{each.run or row.label} is {each.value}"
        for each in row.values
        if not isfinite(each.value)
    ]
    if odd:
        left = "the mean is of the others" if row.summary.n else "there is no other value"
        yield f"{where}{row.metric} ({row.statistic}) of {', '.join(odd[:_FEW])}: {left}"
    if row.missing:
        epoch = "" if row.epoch is None else f" (epoch {row.epoch})"
        yield f"{where}no {row.metric}{epoch} of {_runs(row.missing)}"
    if row.early:
        yield f"{where}the last {row.metric} of {_runs(row.early)} is of an earlier step"
    if row.twice:
        yield f"{where}several values of {row.metric} in {_runs(row.twice)}: none is taken"


def own_epochs(row: GroupRow) -> list[RunValue]:
    """The values of a row of which each run has an epoch of its own."""
    return [each for each in row.values if row.epoch is None and each.epoch is not None]


def _epochs(found: Grouped) -> Iterator[str]:
    """Which epoch is shown of which run, where each has its own."""
    runs: dict[int | None, dict[str, None]] = {}
    for value in (each for row in found for each in own_epochs(row)):
        runs.setdefault(value.epoch, {})[value.run] = None
    for epoch, named in sorted(runs.items(), key=lambda each: each[0] or 0):
        yield f"epoch {epoch} of {', '.join(sorted(named))}"


def _runs(runs: Sequence[str]) -> str:
    more = f" and {len(runs) - _FEW:,} more" if len(runs) > _FEW else ""
    return ", ".join(runs[:_FEW]) + more


TABLE = GroupsFormat(table_lines, is_text=True)
MARKDOWN = GroupsFormat(
    lambda found, _, everything: (f"{line}\n" for line in markdown_lines(found, everything))
)
