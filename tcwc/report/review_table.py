"""A review as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.api.review import Against
from tcwc.model.cut import cut
from tcwc.model.secrets import masked
from tcwc.model.words import how_many
from tcwc.report.findings import Paint
from tcwc.report.review import (
    SHOWN,
    Fate,
    ReviewFormat,
    ReviewOfAll,
    costs_text,
    fates,
    headline,
    standing,
)

_FATES = 20
"""Of so many groups of runs it is told what became of them."""
_WIDTH = 200
"""Characters of a difference, or of a run's levels."""


def table_lines(review: ReviewOfAll, paint: Paint, everything: bool) -> Iterator[str]:
    """The lines of the text; lists are cut, unless it is to say `everything`."""
    commit = f"{review.name} ({review.short})" if review.name else review.short
    yield paint("bold", f"against {commit}: {headline(review)}")
    if len(review.different) > 1 and (text := costs_text(review.costs)):
        yield f"  to train: {text}"
    for each in review.experiments if everything else review.different:
        yield ""
        yield from _experiment(each, paint, everything)


def _experiment(each: Against, paint: Paint, everything: bool) -> Iterator[str]:
    notes = [each.name, standing(each), each.moved_from and f"was {each.moved_from}"]
    told = ", ".join(filter(None, notes))
    yield paint("bold", f"{each.path} ({told})" if told else each.path)
    for error in each.errors:
        yield f"  {paint('error', 'error')}: {cut(masked(error), _WIDTH)}"
    for difference in _some(each.found.origin, everything):
        yield f"  made from: {difference}"
    all = list(fates(each))
    for fate in all if everything else all[:_FATES]:
        yield from _fate(fate, everything)
    if len(all) > _FATES and not everything:
        yield f"  ... and {len(all) - _FATES:,} more (-v shows all)"
    if each.found.kept:
        yield f"  as before: {how_many(each.found.kept, 'run')}"
    if text := costs_text(each.costs):
        yield f"  to train: {text}"


def _fate(fate: Fate, everything: bool) -> Iterator[str]:
    yield f"  {fate.what}: {fate.which}"
    yield from (f"    {each}" for each in _some(fate.differences, everything))
    rows = tuple(f"{id}  {levels}" for id, levels in zip(fate.ids, fate.runs, strict=False))
    yield from (f"    {each}" for each in _some(rows, everything))


def _some(lines: tuple[str, ...], everything: bool) -> Iterator[str]:
    if everything:
        yield from lines
        return
    yield from (cut(masked(line), _WIDTH) for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"... and {len(lines) - SHOWN:,} more (-v shows all)"


TABLE = ReviewFormat(table_lines, is_text=True)
