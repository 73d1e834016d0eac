"""What a figure of results shows: which rows, along which axes; drawn by `figure.py`.

Rows that differ in a factor, in the epoch, the number of processes or the source stand apart: what
they differ in is an axis each, of which a figure has three at most.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from math import isfinite

from tcwc.api.grouping import Grouped
from tcwc.config.canonical import canonical_json
from tcwc.model.frozen import dataclass
from tcwc.model.printable import shell_line
from tcwc.model.problem import Problem
from tcwc.model.values import Value
from tcwc.model.words import how_many, listed
from tcwc.outcomes.groups import GroupRow
from tcwc.outcomes.number_texts import number_text
from tcwc.outcomes.picked import full_name
from tcwc.outcomes.rows import MAIN, STEP
from tcwc.report.absent import absent
from tcwc.report.groups import labels_of, level_in
from tcwc.report.levels import Labels

_PANELS, _DASHES = 4, 6
"""How many levels panels, and kinds of lines, show."""
_UNSET = "not set"
_FARTHEST = 1e300
"""The largest number that is drawn: no axis has room for all floats."""


class NoPicture(Problem):
    """Results that no figure can show as they are: why, and what to write."""


@dataclass(frozen=True, slots=True)
class FigureAxis:
    """What rows differ in: its levels as they are called, in their order; where all are numbers,
    these too, ascending. `keys` tell the levels apart."""

    name: str
    levels: tuple[str, ...]
    numbers: tuple[float, ...] | None
    keys: tuple[str, ...] = ()


Place = tuple[int, int, int]
"""A level of each of three axes; 0 of those that a picture does not have."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows by their places along at most three axes: `steps` of trainings, or one row a place.

    `metric` is what is measured, `replicates` what is pooled, `base` are rows of what is no run.
    `told` are lines about which epochs are shown, and of what there is no value.
    """

    metric: str
    replicates: tuple[str, ...]
    confidence: float
    axes: tuple[FigureAxis, ...]
    places: Mapping[Place, tuple[GroupRow, ...]]
    base: tuple[GroupRow, ...]
    is_curves: bool
    told: tuple[str, ...] = ()

    def axis(self, at: int) -> FigureAxis:
        """One of the three axes."""
        return self.axes[at] if at < len(self.axes) else FigureAxis("", ("",), None)


def picture_of(found: Grouped) -> Picture:
    """A picture of the rows of one metric, of which there are some. Raises NoPicture."""
    metrics = list(dict.fromkeys((full_name(row), row.metric, row.statistic) for row in found))
    if len(metrics) > 1:
        names = [full if s in MAIN else f"{full}:{s}" for full, _, s in metrics]
        raise NoPicture(f"a figure shows one metric, and these are {listed(names)}", "name one")
    ((_, metric, statistic),) = metrics
    _check_values(found)
    rows = [row for row in found if not row.label]
    is_curves = statistic == STEP
    axes, places = _placed(found, rows, is_curves)
    return Picture(
        # What is measured once is the metric itself; of a training `loss` may be many things.
        metric if statistic == STEP or found.rows[0].evaluation else f"{metric} ({statistic})",
        found.grouping.pooled,
        found.confidence,
        axes,
        places,
        tuple(row for row in found if row.label),
        is_curves,
        tuple(filter(None, (found.grouping.epochs.words(found), absent(found)))),
    )


_Column = tuple[str, Callable[[GroupRow], str], Callable[[GroupRow], Value]]
"""Its name, what a row's level of it is called, and that level. Two levels may be called alike:
`true` and the text `true`, two secrets."""


def _columns(found: Grouped) -> Iterator[_Column]:
    yield from (_factor(name, labels_of(found)) for name in found.grouping.shown)
    yield "epoch", lambda row: str(row.epoch), lambda row: row.epoch
    yield "processes", lambda row: str(row.world), lambda row: row.world
    yield "source", lambda row: row.source, lambda row: row.source


def _factor(name: str, known: Labels) -> _Column:
    return (
        name,
        lambda row: level_in(row, name, known) if name in row.levels else _UNSET,
        lambda row: row.levels.get(name),
    )


def _placed(
    found: Grouped, rows: Sequence[GroupRow], is_curves: bool
) -> tuple[tuple[FigureAxis, ...], dict[Place, tuple[GroupRow, ...]]]:
    """The axes, and which rows stand where along them."""
    columns = [each for each in _columns(found) if len({_key(each, row) for row in rows}) > 1]
    axes = [_axis(each, rows) for each in columns]
    if is_curves and len(axes) > 1 and len(axes[0].levels) <= _DASHES < len(axes[1].levels):
        # There are more colours than kinds of lines.
        axes[:2], columns[:2] = axes[1::-1], columns[1::-1]
    _check(axes, found.grouping.shown, is_curves)
    places: dict[Place, list[GroupRow]] = {}
    for row in rows:
        at = [axis.keys.index(_key(c, row)) for axis, c in zip(axes, columns, strict=True)]
        first, second, third = [*at, 0, 0, 0][:3]
        places.setdefault((first, second, third), []).append(row)
    return tuple(axes), {place: tuple(each) for place, each in sorted(places.items())}


def _key(column: _Column, row: GroupRow) -> str:
    """What tells a row's level from all others."""
    return f"{column[1](row)} {canonical_json(column[2](row))}"


def _axis(column: _Column, rows: Iterable[GroupRow]) -> FigureAxis:
    name, text_of, value_of = column
    levels = {_key(column, row): (text_of(row), value_of(row)) for row in rows}
    numbers = {key: _number(value) for key, (_, value) in levels.items()}
    known = [each for each in numbers.values() if each is not None]
    keys, is_scale = list(levels), len(set(known)) == len(levels)
    if is_scale:
        keys.sort(key=lambda each: numbers[each] or 0.0)
    texts = _apart([levels[key][0] for key in keys])
    return FigureAxis(name, tuple(texts), tuple(sorted(known)) if is_scale else None, tuple(keys))


def _apart(texts: Sequence[str]) -> Iterator[str]:
    """Texts, with a number behind each that was there before."""
    for at, text in enumerate(texts):
        before = texts[:at].count(text)
        yield f"{text} ({before + 1})" if before else text


def _number(value: Value) -> float | None:
    is_one = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_one and isfinite(value) else None  # type: ignore[arg-type]


def _check(axes: Sequence[FigureAxis], factors: Collection[str], is_curves: bool) -> None:
    """Refuse what nobody could read; what can be pooled are `factors` alone. Raises NoPicture."""
    named = [axis.name for axis in axes if axis.name in factors]
    if is_curves and len(axes) > 1 and len(axes[1].levels) > _DASHES:
        raise NoPicture(
            f"{listed([axis.name for axis in axes[:2]])} have more levels than there are lines",
            f"pool one of them ({_over(named[:2][-1:])}), or draw `METRIC:last`",
        )
    if len(axes) > 3:
        names, many = listed([axis.name for axis in axes]), len(axes) - 3
        raise NoPicture(
            f"a figure shows three factors at most, and these results differ in {names}",
            f"pool {many if many > 1 else 'one'} of them ({_over(named[-many:])}), "
            "or choose one level with --only",
        )
    if len(axes) == 3 and len(axes[2].levels) > _PANELS:
        last = axes[2].name
        way = f"name it first (`--by {last}`), or choose some of its levels with --only"
        raise NoPicture(
            f"`{last}` has {how_many(len(axes[2].levels), 'level')}, and a figure has {_PANELS} "
            "panels at most",
            way if last in factors else f"pool a factor ({_over(named[-1:])})",
        )


def _check_values(rows: Iterable[GroupRow]) -> None:
    """Refuse what is a number, and has no place on an axis. Raises NoPicture."""
    for each in (each for row in rows for each in row.values):
        if isfinite(each.value) and abs(each.value) > _FARTHEST:
            whose = each.run or "what is no run"
            raise NoPicture(
                f"a figure has no room for {number_text(each.value)}, the value of {whose}",
                "leave it out with --only",
            )


def _over(names: Sequence[str]) -> str:
    return f"`{shell_line(['--over', *names])}`"
