"""An experiment of configs: from a table of runs to what its sections say."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.model.target import Target
from tcwc.moves.chosen import Way, chosen
from tcwc.moves.columns import (
    Observed,
    Varying,
    are_directories,
    columns,
    combined,
)
from tcwc.moves.composer import Composed, Composer, Means, twins
from tcwc.moves.draft import Draft
from tcwc.moves.ground import Ground
from tcwc.moves.labels import HandName, label, labels_of
from tcwc.moves.layout import Pattern, Ratios, bundles_of
from tcwc.moves.odd import Odd, Sense, Table, found


def compose(
    observed: Sequence[Observed], ground: Ground, means: Means, *, as_list: bool = False
) -> Composed:
    """The experiment of configs, no two of which are one; with `as_list` the runs are the levels
    of one arm, whatever they have in common."""
    every = columns([each.values for each in observed], means.target)
    folders = [each for each in every if are_directories(each, means.target)]
    varying = [each for each in every if each not in folders]
    alike = twins(varying, len(observed))
    if as_list:
        table, way = _list_of(varying, len(observed))
        return Composer(observed, ground, means, table, way, folders, [], varying).made()
    named, rest = labels_of(varying, len(observed), folders)
    table, labels = _found(rest, named, folders, observed, means)
    if alike and not (table.odd and labels is not None):
        return Composed(Draft({}), (), (), twins=alike)
    if labels is None:
        table, labels, rest = found(_table(varying, (), observed, means)), [], varying
    way = chosen(table.columns, len(observed), _ratios_but(table.odd, means.target))
    return Composer(observed, ground, means, table, way, folders, labels, varying).made()


def _found(
    rest: Sequence[Varying],
    named: Sequence[Varying],
    folders: Sequence[Varying],
    observed: Sequence[Observed],
    means: Means,
) -> tuple[Sense, list[HandName] | None]:
    """The pattern without names of runs, and what is said of these; None where they cannot go."""
    table = found(_table(rest, (*named, *folders), observed, means))
    if combined([each.codes for each in table.columns]) < len(observed):
        return table, None
    labels = [label(each, table.columns, means.key_class) for each in named]
    known = [each for each in labels if each is not None]
    return table, known if len(known) == len(labels) else None


def _table(
    columns: Sequence[Varying],
    labels: Sequence[Varying],
    observed: Sequence[Observed],
    means: Means,
) -> Table:
    return Table(tuple(columns), len(observed), _ratios(means.target), tuple(labels))


def _list_of(columns: Sequence[Varying], runs: int) -> tuple[Sense, Way]:
    """A table that is taken for nothing but a list of runs."""
    pattern = Pattern(tangled=tuple(bundles_of(columns)))
    table = Sense(tuple(columns), pattern)
    return table, Way(tuple(range(runs)), tuple(columns), pattern, is_list=True)


def _ratios(target: Target) -> Ratios:
    return [(tuple(one.split(".")), tuple(other.split("."))) for one, other in target.ratios]


def _ratios_but(odd: Sequence[Odd], target: Target) -> Ratios:
    """The ratios but for those that an odd run has not: what is derived is so in every run."""
    paths = {each.path for each in odd}
    return [pair for pair in _ratios(target) if paths.isdisjoint(pair)]
