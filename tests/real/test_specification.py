"""The specification's first example, verbatim: what was asked for is what comes out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tcwc.model.diagnostics import Severity
from tests.conftest import ROOT
from tests.experiments import build, configs, tune_validate

EXPERIMENT = """\
# experiment.yaml
experiment_name: lora_rank_study
base_config: llama3_2/1B_lora_single_device

variables:
  lora_rank: [8, 16, 32, 64]  # 4 values = 4 configs

controls:
  learning_rate: 3e-4
  dataset:
    data_files: /path/to/data.json
"""

SAID = """\
✓ Loaded base config: llama3_2/1B_lora_single_device
✓ Generated 4 configs in configs/
  - configs/run_000.yaml (lora_rank=8)
  - configs/run_001.yaml (lora_rank=16)
  - configs/run_002.yaml (lora_rank=32)
  - configs/run_003.yaml (lora_rank=64)
✓ Created run_mapping.yaml
  for torchtune 0.6.1; short names: lora_rank is model.lora_rank, learning_rate is optimizer.lr
Next: tcwc run experiment.yaml
  or, on a cluster with Slurm: tcwc slurm experiment.yaml
  one of them by hand: tune run lora_finetune_single_device --config configs/run_000.yaml
  before it, for the weights (with your Hugging Face token in HF_TOKEN): \
tune download meta-llama/Llama-3.2-1B-Instruct --output-dir /tmp/Llama-3.2-1B-Instruct/ \
--ignore-patterns "original/consolidated.00.pth"
  /tmp is emptied at a reboot, and other machines do not see it: write `output_dir`, \
`tokenizer.path` and `checkpointer.checkpoint_dir` under `controls:` with a folder that stays in \
its place
"""


def test_keys_land_where_the_recipe_reads_them(tmp_path: Path) -> None:
    built: list[Any] = [run.config for run in build(tmp_path, EXPERIMENT).runs]
    assert [repr(config["model"]["lora_rank"]) for config in built] == ["8", "16", "32", "64"]
    for config in built:
        assert repr(config["optimizer"]["lr"]) == "0.0003"
        assert config["dataset"]["data_files"] == "/path/to/data.json"
        assert not {"lora_rank", "learning_rate", "lr", "data_files"} & set(config)


def test_nothing_but_the_data_files_may_be_warned_of(tmp_path: Path) -> None:
    found = build(tmp_path, EXPERIMENT).diagnostics
    warned = [each for each in found if each.severity is not Severity.INFO]
    assert all("data_files" in each.message for each in warned)
    assert len(warned) <= 1
    # worth knowing: the base's seed is null, and its lora_alpha stays
    told = {each.code for each in found if "data_files" not in each.message}
    assert told <= {"TCW411", "TCW413"}


def test_generate_says_what_the_specification_shows(tmp_path: Path) -> None:
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "tcwc", "generate", "experiment.yaml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stdout) == (0, SAID)
    assert [path.name for path in configs(tmp_path / "configs")] == [
        f"run_00{number}.yaml" for number in range(4)
    ]


@pytest.mark.slow
@pytest.mark.torchtune
def test_tune_validate_accepts_all(tmp_path: Path, torchtune_python: Path) -> None:
    build(tmp_path, EXPERIMENT)
    paths = configs(tmp_path / "configs")
    assert len(paths) == 4
    assert tune_validate(torchtune_python, paths) == {}
