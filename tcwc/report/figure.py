"""Draws results: curves over steps, or the value of each run with means and intervals.

For a page of a paper: 3.3 or 6.7 inches wide, letters of 8 points, colours that the colour-blind
tell apart (Okabe and Ito's), with markers and dashes for those who print in grey. The same rows
give the same bytes. The only module that knows matplotlib, which `tcwc[plot]` brings.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import isfinite, log10
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from tcwc.model.cut import cut
from tcwc.model.printable import printable
from tcwc.model.secrets import masked
from tcwc.model.words import how_many
from tcwc.outcomes.groups import GroupRow
from tcwc.report.picture import FigureAxis, Picture, Place

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMS = ("svg", "png", "pdf")
MADE = "tcwc results"
"""What stands in each figure, so that it is known for one when it is to be replaced."""

_NARROW, _WIDE = 3.3, 6.7
_LETTER = 0.064
"""Inches that a letter of 8 points takes, about."""
_MARK = 0.42
"""Inches that a mark of the legend takes, with the blanks around it."""
_SPARE = 0.75
"""Inches beside the axes: their numbers, and their name."""
_LONG, _TICK, _HEAD, _TALL, _LINE = 28, 22, 38, 28, 160
"""Characters of a level in the legend, of one below the axis, and of what an axis shows: of the one
that lies, and of the one that stands; and of a line below them."""

_COLOURS = ("#0072B2", "#E69F00", "#000000", "#009E73", "#D55E00", "#56B4E9", "#CC79A7")
"""Okabe and Ito's, without the yellow that no white page shows; the first are far apart in grey."""
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES: tuple[Any, ...] = (
    "-", (0, (4, 1.5)), (0, (1, 1)), (0, (6, 1, 1, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 2)),
)  # fmt: skip
_GREY = "#555555"

_STYLE: dict[str, Any] = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#E5E5E5",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "savefig.dpi": 300,
    "svg.hashsalt": "tcwc",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    # A name may have a dollar in it, and is no formula.
    "text.parse_math": False,
}


def draw(picture: Picture, forms: Sequence[str]) -> dict[str, bytes]:
    """A picture as the bytes of files, by forms of FORMS. Raises ImportError without matplotlib."""
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        # Whatever the user's own settings are, and letters that its font lacks are boxes.
        warnings.simplefilter("ignore")
        mpl.rcdefaults()
        settings: Any = mpl.rcParams
        settings.update(_STYLE)
        figure = _figure(picture)
        return {form: _bytes(figure, form) for form in forms}


def _bytes(figure: Figure, form: str) -> bytes:
    named: dict[str, dict[str, str | None]] = {
        "svg": {"Creator": MADE, "Date": None},
        "png": {"Software": MADE},
        "pdf": {"Creator": MADE, "Producer": None, "CreationDate": None},
    }
    written = io.BytesIO()
    figure.savefig(written, format=form, metadata=named[form])
    return written.getvalue()


def _figure(picture: Picture) -> Figure:
    from matplotlib.figure import Figure

    panels = picture.axis(2)
    legend = _Legend(picture)
    is_wide = legend.is_beside or len(panels.levels) > 1 or _is_crowded(picture)
    width, height = (_WIDE, 2.8) if is_wide else (_NARROW, 2.5)
    figure = Figure(figsize=(width, height), layout="constrained")
    drawn = figure.subplots(1, len(panels.levels), sharey=True, squeeze=False)[0]
    for at, axes in enumerate(drawn):
        places = {each: rows for each, rows in picture.places.items() if each[2] == at}
        draw_panel = _curves if picture.is_curves else _dots
        draw_panel(axes, picture, places, width / len(drawn))
        if panels.name:
            axes.set_title(f"{_text(panels.name, _TICK)} = {_text(panels.levels[at], _TICK)}")
        axes.set_xlabel("step" if picture.is_curves else _text(picture.axis(0).name, _HEAD))
    drawn[0].set_ylabel(_text(picture.metric, _TALL))
    legend.draw(figure)
    lines = [line for text in _caption(picture) for line in wrap(text, int(width / _LETTER))]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8, color=_GREY)
    return figure


def _text(text: str, most: int) -> str:
    """A text from outside as a figure has it."""
    return cut(printable(masked(text), is_data=True), most)


def _caption(picture: Picture) -> Iterator[str]:
    """What is drawn, of how many runs, and what is not."""
    rows = [row for each in picture.places.values() for row in each]
    counts = sorted({_most(each) for each in picture.places.values()})
    if counts and counts[-1] > 1:
        over = f" over {_text(' and '.join(picture.replicates), _HEAD)}"
        many = f"n = {counts[0]}" + (f" to {counts[-1]}" if len(counts) > 1 else "")
        if picture.is_curves:
            yield f"runs; bold: mean{over}; {many}"
        else:
            percent = f"{picture.confidence * 100:.4g} %"
            yield f"runs; mean and {percent} interval{over}; {many}"
    elif counts:
        yield "one run each"
    yield from (_text(each, _LINE) for each in picture.told)
    if picture.is_curves and any(_ends_early(each) for each in picture.places.values()):
        yield "a mean is drawn where all its runs have a value"
    odd = {value.run for row in rows for value in row.values if not isfinite(value.value)}
    if odd:
        yield f"nan or inf, which is not drawn, in {how_many(len(odd), 'run')}"


def _most(rows: Sequence[GroupRow]) -> int:
    """How many values a mean of a place is of."""
    return max(row.summary.n for row in rows)


def _ends_early(rows: Sequence[GroupRow]) -> bool:
    runs = len(_runs(rows))
    return any(row.summary.n < runs for row in rows)


def _runs(rows: Sequence[GroupRow]) -> list[str]:
    return sorted({value.run for row in rows for value in row.values})


# Marks


def _marks(axis: FigureAxis) -> list[tuple[str, str]]:
    """The colour and the marker of each level: where numbers are many, from dark to light."""
    count = len(axis.levels)
    if axis.numbers and count > len(_COLOURS):
        from matplotlib import colormaps
        from matplotlib.colors import to_hex

        shades = [to_hex(colormaps["cividis"](0.92 * at / (count - 1))) for at in range(count)]
        return [(shade, _MARKERS[at % len(_MARKERS)]) for at, shade in enumerate(shades)]
    turns = [divmod(at, len(_COLOURS)) for at in range(count)]
    return [(_COLOURS[at], _MARKERS[(at + turn) % len(_MARKERS)]) for turn, at in turns]


def _dash(at: int) -> Any:
    return _DASHES[at % len(_DASHES)]


class _Legend:
    """What marks mean: in a line above the axes where there is room for it, else beside them."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        wide = sum(_MARK * bool(mark) + _LETTER * len(text) for mark, text in self._entries())
        self.is_beside = wide > _NARROW - 0.3

    def draw(self, figure: Figure) -> None:
        from matplotlib.lines import Line2D

        entries = list(self._entries())
        if not entries:
            return
        marks = [Line2D([], [], **(mark or {"linestyle": ""})) for mark, _ in entries]
        texts = [text for _, text in entries]
        if self.is_beside:
            columns = 1 + (len(texts) - 1) // 16
            figure.legend(marks, texts, loc="outside right upper", ncols=columns, handlelength=2.2)
            return
        figure.legend(
            marks,
            texts,
            loc="outside upper left",
            ncols=len(texts),
            columnspacing=0.8,
            handletextpad=0.4,
            handlelength=1.8,
            borderpad=0,
        )

    def _entries(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Each mark, {} for that of a head, and what it means."""
        picture = self._picture
        coloured = picture.axis(0 if picture.is_curves else 1)
        if coloured.name:
            yield {}, _text(coloured.name, _LONG)
            for (colour, marker), text in zip(_marks(coloured), coloured.levels, strict=True):
                line = "-" if picture.is_curves else ""
                yield {"color": colour, "marker": marker, "linestyle": line}, _text(text, _LONG)
        dashed = picture.axis(1)
        if picture.is_curves and dashed.name:
            yield {}, _text(dashed.name, _LONG)
            for at, text in enumerate(dashed.levels):
                yield {"color": _GREY, "linestyle": _dash(at)}, _text(text, _LONG)
        for at, row in enumerate(picture.base):
            yield (
                {"color": _GREY, "linestyle": _dash(at + 1), "linewidth": 1},
                _text(row.label, _LONG),
            )


# Curves


def _curves(
    axes: Axes, picture: Picture, places: Mapping[Place, Sequence[GroupRow]], _: float
) -> None:
    """Each run a thin line, and the mean of those of a place a bold one."""
    from matplotlib.ticker import MaxNLocator

    marks = _marks(picture.axis(0))
    for (first, second, _), rows in places.items():
        colour, marker = marks[first]
        style = {"color": colour, "linestyle": _dash(second)}
        runs = _runs(rows)
        curves = _curves_of(rows) if len(runs) > 1 else {}
        for steps, values in curves.values():
            axes.plot(steps, values, linewidth=0.5, alpha=0.55, **style)
        steps, means = _mean_curve(rows, len(runs))
        every = max(1, len(steps) // 5)
        axes.plot(steps, means, marker=marker, markevery=(first % every, every), **style)
    axes.margins(x=0.02)
    low, high = axes.dataLim.intervalx
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    if low == high:  # no whole number but that one
        axes.set_xlim(low - 0.5, high + 0.5)
        axes.set_xticks([low])


def _curves_of(rows: Sequence[GroupRow]) -> dict[str, tuple[list[int], list[float]]]:
    """The steps and values of each run; its line has gaps where they are no numbers."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for row in rows:
        for each in row.values:
            steps, values = found.setdefault(each.run, ([], []))
            steps.append(row.step or 0)
            values.append(each.value)
    return dict(sorted(found.items()))


def _mean_curve(rows: Sequence[GroupRow], runs: int) -> tuple[list[int], list[float]]:
    """The means of those steps at which all runs have a number: of fewer it would jump."""
    found = [(r.step or 0, r.summary.mean) for r in rows if r.summary.n == runs]
    return [step for step, _ in found], [mean for _, mean in found if mean is not None]


# Dots


def _dots(
    axes: Axes, picture: Picture, places: Mapping[Place, Sequence[GroupRow]], width: float
) -> None:
    """Each run a dot, beside it the mean and its interval, over the levels of the first axis."""
    levels, series = picture.axis(0), picture.axis(1)
    positions = _positions(levels)
    room = min((b - a for a, b in pairwise(positions)), default=1.0)
    each = min(0.7 / len(series.levels), 0.16) * room
    marks = _marks(series)
    means: dict[int, list[tuple[float, float]]] = {}
    for (first, second, _), (row,) in places.items():
        colour, marker = marks[second]
        at = positions[first] + (second - (len(series.levels) - 1) / 2) * each
        values = [value.value for value in row.values if isfinite(value.value)]
        found = row.summary
        if len(values) > 1:
            axes.plot(
                [at - each / 4] * len(values),
                values,
                marker,
                color=colour,
                markersize=2.6,
                markeredgewidth=0,
                alpha=0.6,
            )
        if found.mean is None:
            continue
        at += each / 4 if len(values) > 1 else 0
        means.setdefault(second, []).append((at, found.mean))
        axes.plot([at], [found.mean], marker, color=colour, markersize=4.5)
        if found.low is not None and found.high is not None and isfinite(found.high - found.low):
            axes.vlines(at, found.low, found.high, color=colour, linewidth=1.2)
    if levels.numbers:
        for second, points in means.items():
            xs, ys = zip(*points, strict=True)
            axes.plot(xs, ys, color=marks[second][0], linewidth=0.7, alpha=0.7)
    for at, row in enumerate(picture.base):
        if row.summary.mean is not None:
            axes.axhline(row.summary.mean, color=_GREY, linewidth=1, linestyle=_dash(at + 1))
    _ticks(axes, levels, positions, width)
    axes.set_xlim(positions[0] - 0.6 * room, positions[-1] + 0.6 * room)


def _positions(axis: FigureAxis) -> list[float]:
    """Where levels stand: numbers that grow by a factor evenly so, others where they are, if there
    is room between them; else one beside the other."""
    evenly = [float(at) for at in range(len(axis.levels))]
    numbers = axis.numbers
    if not numbers or len(numbers) < 3:
        return evenly
    if _is_geometric(numbers):
        return [log10(each) for each in numbers]
    gaps = [b - a for a, b in pairwise(numbers)]
    return list(numbers) if min(gaps) * 12 > numbers[-1] - numbers[0] else evenly


def _is_geometric(numbers: Sequence[float]) -> bool:
    """Whether numbers grow by about the same factor each: 8, 16, 32, or 1, 3, 10, 30."""
    if numbers[0] <= 0:
        return False
    factors = [b / a for a, b in pairwise(numbers)]
    return min(factors) > 1.5 and max(factors) < 1.5 * min(factors)


def _ticks(axes: Axes, axis: FigureAxis, positions: Sequence[float], width: float) -> None:
    texts = [_text(text, _TICK) for text in axis.levels]
    is_long = max(map(len, texts)) * _LETTER > (width - _SPARE) / len(texts)
    if is_long:
        axes.set_xticks(positions, texts, rotation=35, ha="right", rotation_mode="anchor")
    else:
        axes.set_xticks(positions, texts)


def _is_crowded(picture: Picture) -> bool:
    """Whether the levels below the axis, or what stands above them, want a wide figure."""
    if picture.is_curves:
        return False
    levels, series = picture.axis(0).levels, picture.axis(1).levels
    letters = sum(min(len(each), _TICK) + 2 for each in levels) * _LETTER
    return letters > _NARROW - _SPARE or len(levels) * len(series) > 16
