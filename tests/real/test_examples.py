"""Every committed example: its outputs are current, and torchtune accepts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.experiments import configs, lacks_only_a_package, tune_validate
from tests.study import Study

EXAMPLES = sorted((ROOT / "examples").glob("**/*experiment.yaml"))


def test_there_are_examples() -> None:
    assert {path.parent.name for path in EXAMPLES} >= {
        "lora_rank",
        "custom_base",
        "full_three_factors",
        "dpo_beta",
        "dataset_sections",
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_says_what_it_teaches(path: Path) -> None:
    opening = path.read_text(encoding="utf-8").split("experiment_name:")[0]
    assert opening.startswith("# ")
    assert "It teaches" in opening


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_outputs_of_an_example_are_current(path: Path) -> None:
    said = Study(path.parent, path.name).cli("check")
    assert said.code == 0, said


@pytest.mark.slow
@pytest.mark.torchtune
def test_tune_validate_accepts_all_examples(torchtune_python: Path) -> None:
    paths = [each for path in EXAMPLES for each in configs(path.parent / "configs")]
    refused = tune_validate(torchtune_python, paths)
    assert len(paths) >= 20
    assert {path: why for path, why in refused.items() if not lacks_only_a_package(why)} == {}
