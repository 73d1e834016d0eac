"""Figures: what they show, the same bytes for the same rows, and nothing over anything else."""

from __future__ import annotations

import itertools
import math
import random
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from tcwc.api.grouping import Grouped
from tcwc.model.frozen import replace
from tcwc.model.values import Value
from tcwc.outcomes.best import Best
from tcwc.outcomes.chosen import UNCHOSEN, ChosenEpochs
from tcwc.outcomes.rows import STEP, ResultRow
from tcwc.report import figure
from tcwc.report.figure import FORMS, MADE, draw
from tcwc.report.picture import NoPicture, picture_of
from tests.outcomes.made import ROWS, grouped, row

SEEDS = (1, 2, 3, 4, 5)


def swept(
    levels: dict[str, Sequence[Value]],
    *,
    by: Sequence[str] = (),
    over: Sequence[str] = (),
    change: Callable[[ResultRow], ResultRow] = lambda each: each,
    more: Sequence[ResultRow] = (),
    steps: int = 0,
    without: Sequence[str] = (),
    epochs: ChosenEpochs = UNCHOSEN,
    **other: object,
) -> Grouped:
    """A grid of levels whose values are anything, as steps where there are some."""
    chance = random.Random(1)
    cells = enumerate(itertools.product(*levels.values()))
    runs = {f"run_{at:03}": dict(zip(levels, cell, strict=True)) for at, cell in cells}
    rows = []
    for run, own in runs.items():
        start = chance.gauss(2, 0.1)
        for at in range(1, steps + 1):
            value = start + 3 * math.exp(-at / 10) + chance.gauss(0, 0.02)
            rows.append(row(run, value, own, step=at, statistic=STEP, **other))
        if not steps:
            rows.append(row(run, start, own, **other))
    rows = [each for each in rows if each.run not in without]
    return grouped([*map(change, rows), *more], by, over, runs, list(levels), epochs)


def nan_in(*runs: str) -> Callable[[ResultRow], ResultRow]:
    return lambda each: replace(each, value=math.nan) if each.run in runs else each


RATES = [1e-4, 3e-4, 1e-3]
LONG = {
    "model.a_component.with_a_name.that_goes_on": [
        "q_proj", "q_proj and v_proj and output_proj of all layers", "all that there is in it",
    ],
    "a_data_set_of_instructions_that_was_cleaned": ["tatsu-lab/alpaca_cleaned_again", "b"],
    "seed": SEEDS,
}  # fmt: skip
BEST = ChosenEpochs(
    "best:acc", Best("an_evaluation_with_a_name", "sums/exact_match,flexible-extract", "max")
)
BASES = [row("", value, {}, label=label) for label, value in (("base", 1.9), ("pilot", 2.1))]
CASES: dict[str, Callable[[], Grouped]] = {
    "one factor": lambda: swept({"lora_rank": [4, 8], "seed": SEEDS}),
    "two factors": lambda: swept({"lora_rank": [4, 8, 16], "lr": RATES, "seed": SEEDS}),
    "no factor": lambda: swept({"seed": SEEDS}),
    "no seed": lambda: swept({"lora_rank": [4, 8, 16]}),
    "one seed": lambda: swept({"lora_rank": [4, 8, 16], "lr": RATES, "seed": [1]}),
    "long names": lambda: swept(LONG, metric="a_metric/with_a_name/that_goes/on_and_on"),
    "twelve numbers": lambda: swept({"batch_size": list(range(1, 13)), "seed": SEEDS}),
    "twelve long names": lambda: swept({"x": [f"{at} is a level" for at in range(12)]}),
    "twelve numbers of a second": lambda: swept(
        {"optimizer": ["AdamW", "SGD"], "batch_size": list(range(1, 13)), "seed": [1, 2]}
    ),
    "twelve names of a second": lambda: swept(
        {"lr": RATES, "data": [f"set {at}" for at in range(12)], "seed": [1, 2]}
    ),
    "unevenly": lambda: swept({"steps": [1, 2, 3, 1000], "seed": SEEDS}),
    "nan": lambda: swept({"lora_rank": [4, 8], "seed": SEEDS}, change=nan_in("run_001")),
    "nothing but nan": lambda: swept({"seed": [1, 2]}, change=nan_in("run_000", "run_001")),
    "bases": lambda: swept({"lora_rank": [4, 8], "seed": SEEDS}, more=BASES),
    "nothing but bases": lambda: grouped(BASES),
    "panels": lambda: swept({"lr": RATES, "a": ["x", "y"], "b": ["u", "v"], "seed": SEEDS}),
    "dollars": lambda: swept({"a$b_$": ["$x^", "\\frac{", "$"], "seed": SEEDS}, metric="$$%_"),
    "odd letters": lambda: swept({"a": ["\u4e2d\u6587", "\x1b[1m", "\U0001f600"], "seed": SEEDS}),
    "equal values": lambda: swept(
        {"lora_rank": [4, 8], "seed": SEEDS}, change=lambda each: replace(each, value=1e5)
    ),
    "half a sweep": lambda: swept(
        {"lora_rank": [4, 8], "lr": RATES, "seed": SEEDS},
        without=[f"run_{at:03}" for at in range(15, 30)],
        by=["lora_rank"],
    ),
    "half a sweep of long names": lambda: swept(LONG, without=[f"run_{at:03}" for at in range(15)]),
    "the best epochs": lambda: swept(
        {"lora_rank": [4, 8], "seed": SEEDS},
        metric="sums/exact_match,flexible-extract",
        evaluation="an_evaluation_with_a_name",
        epochs=BEST,
    ),
    "curves": lambda: swept({"lora_rank": [4, 8], "lr": RATES, "seed": SEEDS}, steps=30),
    "curves of one run": lambda: swept({"lora_rank": [4]}, steps=30),
    "curves with nan": lambda: swept(
        {"lora_rank": [4, 8], "seed": SEEDS},
        steps=30,
        change=lambda each: nan_in("run_001")(each) if (each.step or 0) > 9 else each,
    ),
    "twelve curves": lambda: swept({"rank": [2**at for at in range(12)], "seed": [1]}, steps=9),
    "twelve dashes": lambda: swept(
        {"lr": RATES, "data": [f"set {at}" for at in range(12)]}, steps=9
    ),
    "curves of long names": lambda: swept(LONG, steps=9),
    "one step": lambda: swept({"lora_rank": [4, 8], "seed": SEEDS}, steps=1),
}  # fmt: skip


def drawn(found: Grouped, monkeypatch: pytest.MonkeyPatch) -> Figure:
    """The figure that is made of it, laid out."""
    made: list[Figure] = []

    def keep(each: Figure, form: str) -> bytes:
        FigureCanvasAgg(each)
        each.canvas.draw()
        made.append(each)
        return b""

    with monkeypatch.context() as patched:
        patched.setattr(figure, "_bytes", keep)
        draw(picture_of(found), ["png"])
    return made[0]


def texts(made: Figure) -> Iterator[Text]:
    """All that is written in a figure. Numbers beyond the ends of an axis are there, not drawn."""
    beyond = set()
    for axis in (each for axes in made.axes for each in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = (each for each in axis.get_major_ticks() if not low <= each.get_loc() <= high)
        beyond |= {label for tick in ticks for label in (tick.label1, tick.label2)}
    for each in made.findobj(Text):
        assert isinstance(each, Text)
        if each not in beyond and each.get_visible() and each.get_text().strip():
            yield each


@pytest.mark.parametrize("name", CASES)
def test_a_page_s_width_and_letters_none_cut_off_nor_over_another(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = drawn(CASES[name](), monkeypatch)
    assert made.get_figwidth() in (3.3, 6.7)
    assert {each.get_fontsize() for each in texts(made)} == {8}
    page = made.bbox
    boxes = [
        (each.get_text(), each.get_window_extent(), each.get_rotation()) for each in texts(made)
    ]
    assert boxes
    for text, box, _ in boxes:
        assert page.x0 - 1 <= box.x0, text
        assert page.y0 - 1 <= box.y0, text
        assert box.x1 <= page.x1 + 1, text
        assert box.y1 <= page.y1 + 1, text
    # What is tilted has boxes that meet though its letters do not.
    level = [(text, box) for text, box, turned in boxes if turned in (0, 90)]
    for (one, a), (other, b) in itertools.combinations(level, 2):
        assert not a.overlaps(b), (one, other)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_rows_give_the_same_bytes(form: str) -> None:
    def made(rows: Sequence[ResultRow]) -> bytes:
        return draw(picture_of(grouped(rows, ["lora_rank"])), [form])[form]

    rows = list(ROWS)
    expected = made(rows)
    random.Random(1).shuffle(rows)
    assert made(rows) == expected
    assert MADE.encode() in expected


def test_and_in_another_process() -> None:
    script = (
        "import hashlib; from tests.outcomes.made import ROWS, grouped\n"
        "from tcwc.report.figure import draw; from tcwc.report.picture import picture_of\n"
        "made = draw(picture_of(grouped(ROWS)), ['svg', 'png', 'pdf'])\n"
        "print(hashlib.sha256(b''.join(made.values())).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def test_a_png_has_300_dots_an_inch_and_a_white_ground() -> None:
    made = draw(picture_of(grouped(ROWS)), ["png"])["png"]
    width, height = struct.unpack(">II", made[16:24])
    assert (width, height) == (990, 750)


def lines(found: Grouped, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[float], list[float]]]:
    """The points of each line that is drawn."""
    (axes,) = drawn(found, monkeypatch).axes
    return [
        ([float(x) for x in line.get_xdata()], [float(y) for y in line.get_ydata()])  # type: ignore[union-attr]
        for line in axes.lines
    ]


def test_every_run_is_a_dot_and_every_mean_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    found = grouped(ROWS, ["lora_rank"])
    values = [y for _, ys in lines(found, monkeypatch) for y in ys]
    for each in found:
        assert each.summary.mean in values
        for value in each.values:
            assert value.value in values


@pytest.mark.parametrize(
    ("levels", "without", "said"),
    [
        ({"lora_rank": [4, 8], "seed": [1, 2]}, ["run_002", "run_003"],
         "lora_rank = 4; no result of lora_rank = 8"),
        ({"rank": [4, 8, 16], "seed": [1]}, ["run_001", "run_002"],
         "rank = 4; no result of rank = 8, 16"),
        (
            {"rank": [4, 8], "lr": [1e-3, 1e-2], "seed": [1]},
            ["run_003"],
            "no result of rank=8, lr=0.01",
        ),
        (
            {"rank": [4, 8, 16], "lr": [1e-3, 1e-2], "seed": [1]},
            ["run_001", "run_004", "run_005"],
            "no result of rank = 16; rank=4, lr=0.01",
        ),
        ({"rank": list(range(9)), "seed": [1]}, [f"run_00{at}" for at in range(1, 7)],
         "no result of rank = 1, 2, 3, 4, 2 more"),
        ({"rank": [4, 8], "seed": [1, 2]}, ["run_003"], ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_below(
    levels: dict[str, Sequence[Value]],
    without: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for steps in (0, 3):
        found = swept(levels, without=without, steps=steps)
        below = {each.get_text().replace("\n", " ") for each in texts(drawn(found, monkeypatch))}
        (footer,) = (each for each in below if "one run each" in each or "mean" in each)
        assert footer.endswith(said or footer)
        assert ("no result" in footer) == bool(said)


def test_chosen_epochs_are_told_below(monkeypatch: pytest.MonkeyPatch) -> None:
    below = [each.get_text() for each in texts(drawn(CASES["the best epochs"](), monkeypatch))]
    assert any("of each run the epoch with the largest" in each for each in below)


def test_an_interval_is_as_long_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    found = grouped(ROWS, ["lora_rank"], ["learning_rate"])
    (axes,) = drawn(found, monkeypatch).axes
    spans = [tuple(path.vertices[:, 1]) for each in axes.collections for path in each.get_paths()]
    assert spans == [(each.summary.low, each.summary.high) for each in found]


def test_every_run_is_a_line_and_the_mean_ends_where_one_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = CASES["curves with nan"]()
    drawn_lines = lines(found, monkeypatch)
    assert len(drawn_lines) == 2 * (5 + 1)
    assert [len(xs) for xs, _ in drawn_lines] == [30] * 5 + [9] + [30] * 6
    mean = {each.step: each.summary.mean for each in found if each.levels["lora_rank"] == 8}
    assert drawn_lines[-1] == ([float(step) for step in mean], list(mean.values()))


def ticks(found: Grouped, monkeypatch: pytest.MonkeyPatch) -> tuple[list[float], list[str]]:
    axes = drawn(found, monkeypatch).axes[0]
    at = [float(each) for each in axes.get_xticks()]
    return at, [each.get_text() for each in axes.get_xticklabels()]


def test_numbers_that_grow_by_a_factor_stand_on_an_axis_of_logarithms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at, shown = ticks(swept({"lora_rank": [32, 8, 16, 64], "seed": SEEDS}), monkeypatch)
    assert shown == ["8", "16", "32", "64"]
    assert {round(b - a, 9) for a, b in itertools.pairwise(at)} == {round(math.log10(2), 9)}
    at, _ = ticks(swept({"lr": [1e-5, 3e-5, 1e-4], "seed": SEEDS}), monkeypatch)
    assert at == [-5.0, math.log10(3e-5), -4.0]


def test_other_numbers_stand_where_they_are_if_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ticks(swept({"a": [0, 1, 5], "seed": SEEDS}), monkeypatch)[0] == [0, 1, 5]
    assert ticks(CASES["unevenly"](), monkeypatch)[0] == [0, 1, 2, 3]


def test_categories_stand_in_the_order_of_the_design(monkeypatch: pytest.MonkeyPatch) -> None:
    levels: list[Value] = ["b", "a", True]
    found = ticks(swept({"x": levels, "seed": SEEDS}), monkeypatch)
    assert found == ([0, 1, 2], ["b", "a", "true"])


def test_marks_tell_all_levels_apart() -> None:
    for name in ("twelve curves", "twelve names of a second", "two factors"):
        picture = picture_of(CASES[name]())
        marks = figure._marks(picture.axis(0 if picture.is_curves else 1))
        assert len(set(marks)) == len(marks)


BAD = {
    "several metrics": (
        lambda: grouped([*ROWS, replace(ROWS[0], metric="lr")]),
        "a figure shows one metric, and these are `loss` and `lr`",
    ),
    "several statistics": (
        lambda: grouped([*ROWS, replace(ROWS[0], statistic="min")]), "`loss` and `loss:min`",
    ),
    "two evaluations": (
        lambda: grouped([replace(ROWS[0], evaluation=each, metric="acc") for each in "ab"]),
        "`a/acc` and `b/acc`",
    ),
    "four factors": (
        lambda: swept({name: [1, 2] for name in "abcd"}),
        "a figure shows three factors at most, and these results differ in `a`, `b`, `c` and `d`",
    ),
    "six factors": (lambda: swept({name: [1, 2] for name in "abcdef"}), "`--over d e f`"),
    "epochs of three factors": (
        lambda: swept({name: [1, 2] for name in "abc"}, more=[
            row("run_000", 1.0, dict.fromkeys("abc", 1), epoch=1)
        ]),
        "pool one of them (`--over c`)",
    ),
    "many epochs": (
        lambda: swept({"a": [1, 2], "b": [1, 2]}, more=[
            row("run_000", 1.0, {"a": 1, "b": 1}, epoch=at) for at in range(5)
        ]),
        "pool a factor (`--over b`)",
    ),
    "many curves": (
        lambda: swept({"a": list(range(7)), "b": list(range(7))}, steps=2),
        "`a` and `b` have more levels than there are lines",
    ),
    "many panels": (
        lambda: swept({"a": [1, 2], "b": [1, 2], "c": [1, 2, 3, 4, 5]}),
        "`c` has 5 levels, and a figure has 4 panels at most",
    ),
    "a perplexity of what diverged": (
        lambda: swept({"a": [1, 2]}, change=lambda each: replace(each, value=1.5e308)),
        "no room for 1.5e+308, the value of run_000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_no_figure_shows(name: str) -> None:
    found, message = BAD[name]
    with pytest.raises(NoPicture) as told:
        picture_of(found())
    assert message in f"{told.value.message}\n{told.value.help}"
    assert told.value.help


def test_levels_that_are_called_alike_stand_apart() -> None:
    found = picture_of(swept({"a": [True, "true", 1, "1"], "hf_token": ["hf_x1", "hf_y2"]}))
    assert found.axes[0].levels == ("true", "true (2)", "1", "1 (2)")
    assert found.axes[1].levels == ("*****", "***** (2)")
    assert {len(each) for each in found.places.values()} == {1}
    assert len(found.places) == 8


def test_one_step_has_no_halves_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = drawn(swept({"a": [1, 2]}, steps=1), monkeypatch)
    assert list(made.axes[0].get_xticks()) == [1]


def test_of_curves_more_levels_have_colours_than_dashes() -> None:
    picture = picture_of(CASES["twelve dashes"]())
    assert [each.name for each in picture.axes] == ["data", "lr"]
    assert all(place[1] < 3 for place in picture.places)


def test_worlds_and_epochs_are_axes_never_pooled() -> None:
    rows = [
        replace(each, world=world, epoch=0, evaluation="e") for each in ROWS for world in (1, 4)
    ]
    picture = picture_of(grouped(rows, over=["learning_rate"]))
    assert [each.name for each in picture.axes] == ["lora_rank", "processes"]
    rows = [replace(each, epoch=epoch, evaluation="e") for each in ROWS for epoch in (0, 1)]
    picture = picture_of(grouped(rows, over=["learning_rate"]))
    assert [each.name for each in picture.axes] == ["lora_rank", "epoch"]


def test_secrets_are_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"
    levels: dict[str, Sequence[Value]] = {secret: [secret, "b"], "api_key": ["Sup3rS3cret", "c"]}
    more = [row("", 1.0, {}, label=secret, metric=secret)]
    made = drawn(swept({**levels, "seed": SEEDS}, metric=secret, more=more), monkeypatch)
    shown = " ".join(each.get_text() for each in texts(made))
    assert "***" in shown
    assert "hf_a" not in shown
    assert "Sup3r" not in shown
