"""A sweep that is really trained: levels reach the weights, and no run writes over another."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from tests.experiments import build, configs

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

RECIPE = "lora_finetune_single_device"

EXPERIMENT = f"""\
experiment_name: truth
base_config_file: base.yaml
recipe: {RECIPE}

variables:
  lora_rank: [4, 8]
  learning_rate: [1e-3, 3e-3]
  log_every_n_steps: [1, 2]

controls:
  lora_alpha: 16
  max_steps_per_epoch: 2
"""


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, torchtune_python: Path, labs: Path
) -> dict[str, dict[str, Any]]:
    """What became of each run, by id: the result of its training, and its config."""
    folder = tmp_path_factory.mktemp("truth")
    lab = labs / "train"
    _run([torchtune_python, lab / "make_tiny_assets.py", folder])
    compilation = build(folder, EXPERIMENT)
    jobs = "".join(f"{RECIPE} {path}\n" for path in configs(folder / "configs"))
    program = [torchtune_python, lab / "run_many.py", folder / "work", "--keep-output-dir"]
    lines = _run(program, jobs).splitlines()
    results = [json.loads(line) for line in lines if line.startswith("{")]
    return {
        run.id: result | {"tcwc": run.config, "parameters": run.parameters}
        for run, result in zip(compilation.runs, results, strict=True)
    }


def test_every_run_trains(trained: dict[str, dict[str, Any]]) -> None:
    assert len(trained) == 8
    assert {id: result.get("error") for id, result in trained.items()} == dict.fromkeys(trained)
    assert {(result["status"], result["steps"]) for result in trained.values()} == {("ok", 2)}


def test_every_run_writes_to_its_own_folder(trained: dict[str, dict[str, Any]]) -> None:
    folders = {id: Path(result["tcwc"]["output_dir"]) for id, result in trained.items()}
    assert len(set(folders.values())) == len(trained)
    for id, folder in folders.items():
        assert folder.name == id
        assert list(folder.glob("epoch_0/adapter_model.pt"))
        assert list(folder.glob("logs/log_*.txt"))


def test_torchtune_saved_what_was_built(trained: dict[str, dict[str, Any]]) -> None:
    for result in trained.values():
        saved = Path(result["tcwc"]["output_dir"], "torchtune_config.yaml")
        assert OmegaConf.to_container(OmegaConf.load(saved)) == result["tcwc"]


def test_only_the_science_reaches_the_weights(trained: dict[str, dict[str, Any]]) -> None:
    digests: dict[tuple[object, object], set[str]] = {}
    for result in trained.values():
        levels = result["parameters"]
        key = levels["lora_rank"], levels["learning_rate"]
        digests.setdefault(key, set()).add(result["weights"])
    assert len(digests) == 4
    assert all(len(each) == 1 for each in digests.values())  # how often is logged changes nothing
    assert len(set.union(*digests.values())) == 4  # rank and learning rate do


def _run(command: list[Any], given: str = "") -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
