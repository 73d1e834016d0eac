"""What `tcwc results` shows to people: a table, for a terminal and for a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tcwc.api.results import Results
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.printable import printable
from tcwc.model.secrets import masked
from tcwc.report.columns import in_columns
from tcwc.report.findings import Paint
from tcwc.report.markdown import plain, table

_MOST = 40
"""Lines that are shown where nobody asks for all."""
_WIDTH = 40
"""Characters of a cell."""


@dataclass(frozen=True, slots=True)
class ResultsFormat:
    """A form of results: lines to `say`, or (`is_text` false) a text to give."""

    pieces: Callable[[Results, Paint, bool], Iterable[str]]
    is_text: bool = False


def table_lines(results: Results, paint: Paint, everything: bool) -> Iterator[str]:
    """A line a run, or a step of one: the first of them, or `everything`."""
    grid = results.grid
    if not grid.rows:
        return
    rows = grid.rows if everything else grid.rows[:_MOST]
    heads, cells = _shown(grid.heads), [_shown(each) for each in rows]
    head, *others = in_columns(heads, cells, always=grid.always, width=paint.width)
    yield paint("dim", head)
    yield from others
    if len(grid.rows) > len(rows):
        yield f"... and {len(grid.rows) - len(rows):,} more (-v shows all)"
    if words := results.epochs.words(results.included):
        yield from ("", printable(words))


def _shown(texts: Iterable[str]) -> list[str]:
    return [cut(printable(masked(each)), _WIDTH) for each in texts]


def markdown_lines(results: Results) -> Iterator[str]:
    """The whole table, and what is left out of it."""
    grid = results.grid
    rows = [tuple(map(plain, each)) for each in grid.rows]
    for line in [*table(tuple(map(plain, grid.heads)), rows)][1:]:
        yield line + "\n"
    told = [*filter(None, (results.epochs.words(results.included), *results.left_out))]
    if told:
        yield "\n"
    for each in told:
        yield f"- {plain(each)}\n"


TABLE = ResultsFormat(table_lines, is_text=True)
MARKDOWN = ResultsFormat(lambda results, _paint, _all: markdown_lines(results))
