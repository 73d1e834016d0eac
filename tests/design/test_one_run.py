"""An experiment without variables and arms is one run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.study import BASE, Study

SOURCE = f"experiment_name: final\nbase_config: {BASE}\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = Study(tmp_path)
    made.source.write_text(SOURCE + "controls: {seed: 1, lora_rank: 32}\n")
    return made


def test_every_command_takes_it(study: Study) -> None:
    assert "No findings" in study.cli("lint").all
    said = study.cli("build").all
    assert "run_000.yaml\n" in said, "there are no levels to list"
    assert "run_000.yaml" in said.partition("Next:")[2]
    assert study.cli("check").code == 0
    assert study.cli("show", "run_000").out.count("lora_rank: 32") == 1
    source = str(study.source)
    explained = study.cli("explain", source, "run_000", "lora_rank").out
    assert "model.lora_rank = 32" in explained
    plan = json.loads(study.cli("plan", source, "--format", "json").out)
    assert plan["runs"] == [{"id": "run_000", "parameters": {}}]


def test_its_run_is_the_same_when_it_grows(study: Study) -> None:
    study.build()
    study.source.write_text(SOURCE + "variables: {lora_rank: [16, 32]}\ncontrols: {seed: 1}\n")
    study.build()
    assert study.lock.runs["run_000"].parameters == {"lora_rank": 32}


def test_bare_it_is_the_base(tmp_path: Path) -> None:
    bare = Study(tmp_path)
    bare.source.write_text(SOURCE)
    (run,) = bare.compile().runs
    assert run.config["output_dir"].endswith("/final/run_000")


@pytest.mark.parametrize(
    ("more", "runs"),
    [
        ("derived: {lora_alpha: 2 * lora_rank}", 1),
        ("include: [{lora_rank: 4}, {lora_rank: 8}]", 3),
        ("isolate_outputs: false", 1),
    ],
)
def test_other_sections_stay_what_they_are(tmp_path: Path, more: str, runs: int) -> None:
    made = Study(tmp_path)
    made.source.write_text(SOURCE + more)
    assert len(made.compile().runs) == runs


def test_a_number_is_the_size_of_a_sample(tmp_path: Path) -> None:
    short, long = Study(tmp_path / "short"), Study(tmp_path / "long")
    short.write("lora_rank: [4, 8, 16, 32, 64]", more="sample: 3\n")
    long.write("lora_rank: [4, 8, 16, 32, 64]", more="sample: {size: 3, seed: 0}\n")
    assert [r.parameters for r in short.compile().runs] == [
        r.parameters for r in long.compile().runs
    ]
