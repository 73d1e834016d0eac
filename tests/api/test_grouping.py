"""Factors by the names that people have for them, and what is said of those that are none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import tcwc
from tcwc.api.grouping import BadGrouping, Grouped, group
from tests.outcomes.made import row

HEAD = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"
SWEEP = (
    HEAD
    + """\
variables:
  lora_rank: [8, 16]
  optimizer.lr: [1e-4, 3e-4]
  seed: [1, 2]
derived:
  lora_alpha: 2 * lora_rank
"""
)


def grouped(text: str, by: Sequence[str] = (), over: Sequence[str] = ()) -> Grouped:
    """The rows of all runs of an experiment."""
    compilation = tcwc.compile("experiment.yaml", text=text)
    found = [row(run.id, float(run.index), run.parameters) for run in compilation.runs]
    return group(compilation, found, by, over)


def shown(text: str, by: Sequence[str] = (), over: Sequence[str] = ()) -> list[tuple[object, ...]]:
    """The levels of each row, and how many values it has."""
    return [(*each.levels.values(), each.summary.n) for each in grouped(text, by, over)]


@pytest.mark.parametrize("rank", ["lora_rank", "model.lora_rank"])
@pytest.mark.parametrize("rate", ["lr", "optimizer.lr", "learning_rate"])
def test_short_names_and_paths(rank: str, rate: str) -> None:
    assert shown(SWEEP, [rank], [rate]) == [(8, 4), (16, 4)]
    assert shown(SWEEP, [rate]) == [(1e-4, 8, 2), (1e-4, 16, 2), (3e-4, 8, 2), (3e-4, 16, 2)]
    assert shown(SWEEP, [rank, "lora_rank"], [rate]) == [(8, 4), (16, 4)]


def test_derived_values_tell_rows_apart_where_they_are_named() -> None:
    assert shown(SWEEP, over=["lora_rank", "lr"]) == [(8,)]
    assert shown(SWEEP, ["lora_alpha"], ["lora_rank", "lr"]) == [(16, 4), (32, 4)]


def test_arms() -> None:
    text = HEAD + (
        "arms:\n  way:\n    plain: {epochs: 1}\n    long: {epochs: 2}\nvariables:\n  seed: [1, 2]\n"
    )
    assert shown(text, ["way"]) == [("plain", 2), ("long", 2)]


def test_a_seed_by_its_path_is_a_replicate_and_one_of_data_is_none() -> None:
    text = HEAD + "variables:\n  seed: [1, 2]\n  +dataset.seed: [1, 2]\n"
    found = grouped(text)
    assert found.grouping.replicates == ("seed",)
    assert [each.summary.n for each in found] == [2, 2]


def test_levels_that_are_drawn_are_pooled_by_name_only() -> None:
    text = HEAD + (
        "variables:\n  lora_rank: [8, 16]\n  lr: {loguniform: [1e-5, 1e-3]}\n"
        "sample: {size: 6, seed: 1}\n"
    )
    assert [each.summary.n for each in grouped(text, ["lora_rank"])] == [1] * 6
    assert sum(each.summary.n for each in grouped(text, ["lora_rank"], ["lr"])) == 6
    assert len(grouped(text, ["lora_rank"], ["lr"])) == 2


def test_levels_of_some_runs_only() -> None:
    text = HEAD + (
        "variables:\n  lora_rank: [8, 16]\n  seed: [1, 2]\n"
        "  lora_dropout: {values: [0.0, 0.1], when: lora_rank == 16}\n"
    )
    assert shown(text, ["lora_rank"]) == [(8, 2), (16, 0.0, 2), (16, 0.1, 2)]


BAD = {
    "a slip": (["lora_rnak"], [], "`lora_rnak` is no factor", "did you mean lora_rank?"),
    "a constant": (
        ["batch_size"], [], "`batch_size` is no factor",
        "there are `lora_rank`, `optimizer.lr`, `seed` and `model.lora_alpha`",
    ),
    "nothing": (["x y"], [], "`x y` is no factor", "there are"),
    "derived": ([], ["lora_alpha"], "`lora_alpha` is derived, and no factor", "there are"),
    "both": (
        ["lr"], ["optimizer.lr"], "`optimizer.lr` cannot be both told apart and pooled", "--over",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_factor(name: str) -> None:
    by, over, message, help = BAD[name]
    with pytest.raises(BadGrouping) as told:
        grouped(SWEEP, by, over)
    assert told.value.message == message
    assert help in told.value.help


def test_an_experiment_without_factors() -> None:
    assert shown(HEAD + "controls:\n  epochs: 2\n") == [(1,)]
    with pytest.raises(BadGrouping) as told:
        grouped(HEAD + "controls:\n  epochs: 2\n", ["lora_rank"])
    assert "no `variables:`" in told.value.help
