"""How often each pair of levels occurs, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.design.balance import Pair
from tcwc.model.words import how_many
from tcwc.report.plan import Plan, few, level_texts
from tcwc.report.plan_balance import names, unset_last

_LINES = 8
_TABLES = 3
_SIDE = 12
"""Levels at a side of a table."""
_WIDTH = 98


def pair_counts(plan: Plan, everything: bool) -> Iterator[str]:
    """A line for each pair of factors that is orthogonal, a table for each other one."""
    even = [pair for pair in plan.balance.pairs if pair.table is None]
    uneven = [pair for pair in plan.balance.pairs if pair.table is not None and not pair.zipped]
    lines = even if everything else even[:_LINES]
    tables = uneven if everything else uneven[:_TABLES]
    for pair in lines:
        yield f"{' x '.join(names(plan, pair))}: {_span(plan, pair)}"
    for pair in tables:
        yield from _table(plan, pair, everything)
    more = len(even) + len(uneven) - len(lines) - len(tables)
    if more:
        yield f"... and {how_many(more, 'more pair')} of factors (-v)"
    if plan.balance.uncounted:
        yield f"... and {how_many(plan.balance.uncounted, 'more pair')}, which are not counted"


def _span(plan: Plan, pair: Pair) -> str:
    """How many runs the pairs of levels of two orthogonal factors are in."""
    counted = plan.balance
    rows, columns = counted.levels[pair.first].values(), counted.levels[pair.second].values()
    if not rows or not columns:
        return "0 runs"
    fewest, most = (of(rows) * of(columns) // counted.runs for of in (min, max))
    return how_many(most, "run") if fewest == most else f"{fewest:,} to {most:,} runs"


def _table(plan: Plan, pair: Pair, everything: bool) -> Iterator[str]:
    """A table of two factors, or where that is too large a list of the pairs that occur."""
    at = (pair.first, pair.second)
    rows, columns = (sorted(plan.balance.levels[i], key=unset_last) for i in at)
    title = f"{' x '.join(names(plan, pair))}:"
    if len(columns) <= _SIDE and (everything or len(rows) <= _SIDE):
        grid = [["", *_texts(plan, pair.second, columns)]]
        for row, text in zip(rows, _texts(plan, pair.first, rows), strict=True):
            counts = [plan.balance.count(pair, row, column) for column in columns]
            grid.append([text, *(f"{count:,}" for count in counts)])
        lines = _aligned(grid)
        if max(map(len, lines)) <= _WIDTH:
            yield title
            yield from lines
            return
    table = pair.table or {}
    ordered = sorted(table, key=lambda levels: (*unset_last(levels[0]), *unset_last(levels[1])))
    ones, others = (
        dict(zip(known, _texts(plan, i, known), strict=True))
        for i, known in zip(at, (rows, columns), strict=True)
    )
    listed = (f"({ones[a]}, {others[b]}) {table[a, b]:,}" for a, b in ordered)
    yield f"{title} {', '.join(few(list(listed), everything))}"


def _texts(plan: Plan, at: int, levels: Sequence[int | None]) -> list[str]:
    known = level_texts(plan.experiment.factors[at], plan.experiment.target.component)
    return ["not set" if level is None else known[level] for level in levels]


def _aligned(grid: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table, its first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    return [
        "    " + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in grid
    ]
