"""Findings call runs by the ids that they have, or will get."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.study import Study

BAD = "dtype: [bf16, fp32, fp16]"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path).write("dtype: [bf16, fp32]", "seed: 1")


def refused(study: Study) -> str:
    (found,) = [d for d in study.compile().diagnostics if d.code == "TCW301"]
    return found.runs


def test_before_the_first_build_ids_are_places(study: Study) -> None:
    study.edit("dtype: [bf16, fp32]", BAD)
    assert refused(study) == "run_002 (1 of 3 runs)"
    assert "at the start, in run_002 (1 of 3 runs)" in study.cli("lint").all


def test_runs_that_were_built_keep_their_ids(study: Study) -> None:
    study.build()
    study.edit("dtype: [bf16, fp32]", "dtype: [fp16, bf16, fp32]")
    assert refused(study) == "run_002 (1 of 3 runs)"
    study.edit("dtype: [fp16, bf16, fp32]", "dtype: [fp32, fp16, bf16]")
    assert refused(study) == "run_002 (1 of 3 runs)"


def test_a_run_that_comes_back_has_its_id(study: Study) -> None:
    study.build()
    study.edit("dtype: [bf16, fp32]", "dtype: [bf16]").build()
    study.edit("dtype: [bf16]", "dtype: [fp16, fp32, bf16]")
    assert refused(study) == "run_002 (1 of 3 runs)", "run_001 was fp32, which is retired"


def test_where_no_run_is_known_its_place_in_the_plan_is_said(study: Study) -> None:
    study.build()
    study.edit("dtype: [bf16, fp32]", "dtype: [bf16, fp16]\n  epochs: [1, 2]")
    assert refused(study) == "2 of 4 runs: number 3-4 of the plan"


def test_two_runs_of_one_directory_are_named(study: Study) -> None:
    study.build()
    study.edit("dtype: [bf16, fp32]", "dtype: [fp32, bf16]")
    study.edit("seed: 1", "seed: 1\n  output_dir: out\nisolate_outputs: false")
    (found,) = [d for d in study.compile().diagnostics if d.code == "TCW402"]
    assert found.message.startswith("run_001 and run_000 both write")
