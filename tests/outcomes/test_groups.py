"""Rows that are pooled: by cells without their replicates, and over nothing that is not named."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tcwc.config.canonical import canonical_json
from tcwc.model.frozen import replace
from tcwc.model.values import Value
from tcwc.outcomes.groups import GroupRow, Pool, grouping_of, pooled
from tcwc.outcomes.rows import LAST, STEP, ResultRow
from tests.outcomes.made import FACTORS, LOSSES, RANKS, RATES, ROWS, SWEEP, row


def made(
    rows: Sequence[ResultRow] = ROWS,
    by: Sequence[str] = (),
    over: Sequence[str] = (),
    runs: Mapping[str, Mapping[str, Value]] = SWEEP,
    factors: Sequence[str] = FACTORS,
) -> Pool:
    return pooled(rows, runs, grouping_of(factors, by, over))


def levels(found: Pool) -> list[dict[str, Value]]:
    return [dict(each.levels) for each in found.rows]


def runs_in(group: GroupRow) -> list[str]:
    return [each.run for each in group.values]


def test_what_is_neither_named_nor_a_replicate_is_not_made() -> None:
    found = made(by=["lora_rank"])
    assert levels(found) == [
        {"lora_rank": rank, "learning_rate": rate} for rank, rate in product(RANKS, RATES)
    ]
    assert grouping_of(FACTORS, ["lora_rank"]).apart == ("learning_rate",)
    assert [each.summary.n for each in found.rows] == [3, 3, 3, 3]


def test_the_order_of_names_is_that_of_columns_and_rows() -> None:
    found = made(by=["learning_rate"])
    assert [list(each) for each in levels(found)] == [["learning_rate", "lora_rank"]] * 4
    assert [each["learning_rate"] for each in levels(found)] == [1e-3, 1e-3, 3e-3, 3e-3]


def test_over_pools() -> None:
    found = made(by=["lora_rank"], over=["learning_rate"])
    assert levels(found) == [{"lora_rank": 4}, {"lora_rank": 8}]
    assert [each.summary.n for each in found.rows] == [6, 6]


def test_the_statistics_are_numpys_and_scipys() -> None:
    for group in made(by=["lora_rank"]).rows:
        values = [LOSSES[run] for run in runs_in(group)]
        interval = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
        found = group.summary
        assert (found.mean, found.sd) == pytest.approx((np.mean(values), np.std(values, ddof=1)))
        assert (found.low, found.high) == pytest.approx(interval, rel=1e-9)


def test_a_replicate_that_is_named_is_no_replicate() -> None:
    found = made(by=["seed"], over=["lora_rank"])
    assert [each["seed"] for each in levels(found)] == [1, 1, 2, 2, 3, 3]
    assert not grouping_of(FACTORS, ["seed"]).replicates


@pytest.mark.parametrize("name", ["seed", "replicate"])
def test_replicates_by_their_name(name: str) -> None:
    assert grouping_of(["lora_rank", name]).replicates == (name,)
    assert grouping_of(["lora_rank", f"data.{name}"]).replicates == ()


OTHERS: dict[str, list[object]] = {
    "metric": ["loss", "lr"],
    "statistic": [LAST, "min"],
    "source": ["disklogger", "wandb"],
    "evaluation": ["", "sums"],
    "epoch": [None, 0, 1],
    "world": [None, 1, 4],
}


@pytest.mark.parametrize("column", OTHERS)
def test_never_pooled_over(column: str) -> None:
    others = OTHERS[column]
    rows = [replace(each, **{column: other}) for each in ROWS for other in others]  # type: ignore[arg-type]
    found = made(rows, over=["lora_rank", "learning_rate"])
    assert len(found.rows) == len(others)
    assert {getattr(each, column) for each in found.rows} == set(others)
    assert [each.summary.n for each in found.rows] == [12] * len(others)


def test_the_step_of_a_minimum_is_nothing_that_rows_differ_by() -> None:
    rows = [replace(each, step=at, statistic="min") for at, each in enumerate(ROWS)]
    assert [each.step for each in made(rows).rows] == [None] * 4
    steps = [replace(each, step=at, statistic=STEP) for each in ROWS for at in (1, 2)]
    assert [each.step for each in made(steps).rows] == [1, 2] * 4


def test_a_factor_that_is_not_set_is_no_level_of_it() -> None:
    """Nor is null."""
    runs: dict[str, dict[str, Value]] = {
        "run_000": {"a": 1, "b": None, "seed": 1},
        "run_001": {"a": 1, "seed": 1},
        "run_002": {"a": 1, "b": 2, "seed": 1},
        "run_003": {"a": 1, "seed": 2},
    }
    rows = [row(run, 1.0, each) for run, each in runs.items()]
    found = made(rows, ["a"], runs=runs, factors=("a", "b", "seed"))
    assert levels(found) == [{"a": 1}, {"a": 1, "b": None}, {"a": 1, "b": 2}]
    assert [each.summary.n for each in found.rows] == [2, 1, 1]


def test_levels_that_are_sections_and_levels_of_other_types() -> None:
    values: list[Value] = [1, 1.0, True, "1", {"a": 1, "b": 2}, {"b": 2, "a": 1}, [1]]
    runs = {f"run_{at:03}": {"x": each, "seed": at} for at, each in enumerate(values)}
    rows = [row(run, 1.0, each) for run, each in runs.items()]
    found = made(rows, runs=runs, factors=("x", "seed"))
    assert [each.summary.n for each in found.rows] == [1, 1, 1, 1, 2, 1]


def test_levels_stand_as_they_were_written_whichever_run_comes_first() -> None:
    """Of a sample the first run has any level; of what nobody wrote numbers ascend."""
    runs = {f"run_{at:03}": {"a": each, "b": each * 2} for at, each in enumerate((32, 8, 16))}
    rows = [row(run, 1.0, each) for run, each in runs.items()]
    grouping = grouping_of(("a",), ("a",))
    found = pooled(rows, runs, grouping, order={"a": (16, 8, 32, 64)})
    assert [each.levels["a"] for each in found.rows] == [16, 8, 32]
    found = pooled(rows, runs, grouping_of(("a",), ("b",), ("a",)), order={"a": (16, 8, 32, 64)})
    assert [each.levels["b"] for each in found.rows] == [16, 32, 64]


def test_what_is_missing_is_said_beside_its_cell() -> None:
    rows = [each for each in ROWS if each.run not in ("run_001", "run_003", "run_004", "run_005")]
    found = made(rows)
    assert [(each.summary.n, each.missing) for each in found.rows] == [
        (2, ("run_001",)), (3, ()), (3, ()),
    ]  # fmt: skip
    assert found.without == ("run_001", "run_003", "run_004", "run_005")
    lr = [replace(each, metric="lr") for each in ROWS]
    assert [each.missing for each in made([*rows, *lr]).rows][:1] == [("run_001",)]
    assert made([*rows, *lr]).without == ()


def test_a_run_of_another_world_or_epoch_is_not_missing() -> None:
    rows = [replace(each, world=1 + (each.run == "run_001"), epoch=0) for each in ROWS]
    assert {each.missing for each in made(rows).rows} == {()}


def test_a_run_that_lacks_one_epoch_of_several_is_missing_there() -> None:
    rows = [replace(each, epoch=epoch, evaluation="sums") for each in ROWS for epoch in (0, 1)]
    rows = [each for each in rows if (each.run, each.epoch) != ("run_001", 1)]
    found = [(each.epoch, each.missing) for each in made(rows).rows if each.missing]
    assert found == [(1, ("run_001",))]


def test_a_metric_that_no_run_of_a_cell_has_is_named() -> None:
    rows = [*ROWS, *(replace(each, metric="acc", evaluation="sums") for each in ROWS[3:])]
    found = made(rows)
    (lacking,) = found.unmeasured
    assert (lacking.metric, lacking.runs) == ("sums/acc", ("run_000", "run_001", "run_002"))
    assert list(lacking.cells) == [{"lora_rank": 4, "learning_rate": 0.001}]
    assert made(ROWS).unmeasured == ()


def test_what_is_left_out_is_told_and_not_made() -> None:
    bad = replace(ROWS[1], included=False, why_not="science_hash is another")
    found = made([ROWS[0], bad, *ROWS[2:]])
    assert runs_in(found.rows[0]) == ["run_000", "run_002"]
    assert found.rows[0].missing == ("run_001",)


def test_a_run_counts_once() -> None:
    """With two values nobody knows which is its own: none is taken, and that is said."""
    found = made([*ROWS, replace(ROWS[0], value=99.0, file="other.txt")])
    assert found.rows[0].twice == ("run_000",)
    assert runs_in(found.rows[0]) == ["run_001", "run_002"]


def test_what_is_of_no_run_stands_for_itself_and_first() -> None:
    base = [
        row("", value, {}, label=label, evaluation="sums", metric="acc", source="lm_eval")
        for label, value in (("base", 0.1), ("pilot", 0.2))
    ]
    runs = [replace(each, evaluation="sums", metric="acc", source="lm_eval") for each in ROWS]
    found = made([*runs, *base], over=["lora_rank", "learning_rate"])
    assert [(each.label, each.summary.n) for each in found.rows] == [
        ("base", 1),
        ("pilot", 1),
        ("", 12),
    ]


CHANGES: dict[str, Sequence[object]] = {
    **OTHERS,
    "included": [True, True, True, False],
    "run": [*SWEEP],
}


@st.composite
def random_rows(draw: st.DrawFn) -> list[ResultRow]:
    """Rows of the sweep with anything else in each respect that is never pooled over."""
    found = []
    for at in range(draw(st.integers(0, 40))):
        other = {name: draw(st.sampled_from(list(each))) for name, each in CHANGES.items()}
        run = str(other.pop("run"))
        found.append(row(run, draw(st.floats(-9, 9)) + at, SWEEP[run], **other))
    return found


def naive(rows: Sequence[ResultRow], shown: Sequence[str]) -> dict[str, list[float]]:
    """The values of each group, by comparing each pair of rows in all respects but the replicates
    and what is pooled; of a run with several none."""

    def same(one: ResultRow, other: ResultRow) -> bool:
        return all(getattr(one, name) == getattr(other, name) for name in OTHERS) and all(
            one.parameters[name] == other.parameters[name] for name in shown
        )

    rows = [each for each in rows if each.included]
    found = {}
    for one in rows:
        group = [each for each in rows if same(one, each)]
        runs = [each.run for each in group]
        found[described(one, {name: one.parameters[name] for name in shown})] = sorted(
            each.value for each in group if runs.count(each.run) == 1
        )
    return found


def described(one: ResultRow | GroupRow, own: Mapping[str, Value]) -> str:
    return canonical_json(
        {**{name: getattr(one, name) for name in OTHERS}, "levels": dict(sorted(own.items()))}
    )


@given(random_rows(), st.lists(st.sampled_from(FACTORS), unique=True), st.data())
def test_no_two_cells_are_ever_mixed(
    rows: list[ResultRow], by: list[str], data: st.DataObject
) -> None:
    left = [each for each in FACTORS if each not in by]
    over = data.draw(st.lists(st.sampled_from(left), unique=True)) if left else []
    shown = [each for each in FACTORS if each in by or each not in (*over, "seed")]
    found = made(rows, by, over)
    got = {
        described(each, each.levels): sorted(value.value for value in each.values)
        for each in found.rows
    }
    assert got == naive(rows, shown)
    assert len(got) == len(found.rows)


@given(random_rows(), st.randoms(use_true_random=False))
def test_no_order_of_rows_changes_a_thing(rows: list[ResultRow], chance: random.Random) -> None:
    other = list(rows)
    chance.shuffle(other)
    assert made(other, ["lora_rank"]) == made(rows, ["lora_rank"])
