"""What the paper leaves open, as docs/designs.md decides it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.study import BASE, Said, Study

HEAD = f"experiment_name: t\nbase_config: {BASE}\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def built(study: Study, sections: str) -> Said:
    study.source.write_text(HEAD + sections, encoding="utf-8")
    return study.cli("build")


def test_what_fails_in_an_excluded_cell_is_no_error(study: Study) -> None:
    sweep = "variables: {lora_rank: [8, 16], seed: [0, 2]}\nderived: {batch_size: 8 // seed}\n"
    assert built(study, sweep + "exclude: ['seed == 0']\n").code == 0
    assert {run.parameters["seed"] for run in study.lock.runs.values()} == {2}
    failed = built(study, sweep + "exclude: ['seed == 2']\n")
    assert failed.code == 1
    assert "has no value in the run of lora_rank=8, seed=0" in failed.all


def test_the_limit_counts_runs_and_not_the_product(study: Study) -> None:
    sweep = "variables: {lora_rank: [8, 16, 32], seed: [0, 1, 2]}\nexclude: ['seed > 0']\n"
    assert built(study, sweep + "limit: 3\n").code == 0
    assert "9 combinations make more than 2 runs" in built(study, sweep + "limit: 2\n").all
    rows = "include: [{lora_rank: 64, seed: 0}]\n"
    assert "4 runs, of which 1 are included" in built(study, sweep + rows + "limit: 3\n").all
    assert built(study, sweep + rows + "limit: 4\n").code == 0


def test_further_keys_of_a_row_are_coordinates(study: Study) -> None:
    rows = "include: [{lora_rank: 8, epochs: 3}, {lora_rank: 8, epochs: 4}]\n"
    assert built(study, "variables: {lora_rank: [8, 16]}\n" + rows).code == 0
    runs = [run.parameters for run in study.lock.runs.values()]
    assert runs[2:] == [{"lora_rank": 8, "epochs": 3}, {"lora_rank": 8, "epochs": 4}]


def test_a_sample_gives_up_after_so_many_draws(study: Study) -> None:
    sweep = "variables: {seed: {choice: [1, 2, 3]}, optimizer.lr: {uniform: [1e-4, 2e-4]}}\n"
    never = "exclude: ['optimizer.lr > 0']\nsample: 5\n"
    assert "1,000 draws gave 0" in built(study, sweep + never).all
