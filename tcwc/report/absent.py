"""What results by factors have no value of, in few words: levels, or single settings."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.api.grouping import Grouped
from tcwc.config.canonical import canonical_json
from tcwc.outcomes.groups import Levels
from tcwc.report.groups import labels_of

_FEW = 4
"""Levels of a factor, or settings, that are named."""


def absent(found: Grouped) -> str:
    """Of which levels of the design there is no row, and of which settings of other levels; the
    level that there is alone is named, which no axis says. "" where all are there. Of rows of one
    metric."""
    known = labels_of(found)
    there = {each for row in found if not row.label for each in _keys(row.levels)}
    whole: dict[str, dict[str, None]] = {name: {} for name in found.grouping.shown}
    settings: list[str] = []
    for cell in (cell for each in found.unmeasured for cell in each.cells):
        gone = [name for name, key in _keys(cell) if (name, key) not in there]
        for name in gone:
            whole[name][known.text(name, cell[name])] = None
        if not gone:
            settings.append(known.of(cell))
    levels = [f"{name} = {_few(list(each), ', ')}" for name, each in whole.items() if each]
    told = "; ".join([*levels, *([_few(settings, "; ")] if settings else [])])
    alone = _alone(found, [name for name, each in whole.items() if each])
    return f"{alone}no result of {told}" if told else ""


def _alone(found: Grouped, names: Sequence[str]) -> str:
    """The levels of some factors of which there is one alone."""
    known, told = labels_of(found), ""
    for name in names:
        levels = {known.text(name, row.levels[name]) for row in found if name in row.levels}
        if len(levels) == 1:
            told += f"{name} = {levels.pop()}; "
    return told


def _keys(levels: Levels) -> list[tuple[str, str]]:
    return [(name, canonical_json(level)) for name, level in levels.items()]


def _few(texts: Sequence[str], between: str) -> str:
    more = [f"{len(texts) - _FEW:,} more"] if len(texts) > _FEW else []
    return between.join([*texts[:_FEW], *more])
