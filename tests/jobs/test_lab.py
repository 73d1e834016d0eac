"""The parts themselves: the lab answers, and the stand-in does what it is told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import tcwc
from tests.jobs.lab import Slurm, Tiny


def stand_in(
    tune: Path, config: Path, *overrides: str, plan: str = ""
) -> subprocess.CompletedProcess[str]:
    (config.parent / "plan").write_text(plan, encoding="utf-8")
    environment = os.environ | {"TUNE_PLAN": str(config.parent / "plan")}
    command = [tune, "run", "--nproc_per_node", "1", "lora", "--config", config, *overrides]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.fixture
def config(tmp_path: Path, pretend: Tiny) -> Path:
    controls = {"epochs": "3", "save_adapter_weights_only": "true"}
    made = tcwc.compile(pretend.experiment(tmp_path, controls=controls))
    assert made.diagnostics == ()
    assert len(made.runs) == 12
    made.write()
    return tmp_path / "configs" / "run_000.yaml"


def test_a_stand_in_leaves_what_a_training_leaves(tmp_path: Path, tune: Path, config: Path) -> None:
    assert stand_in(tune, config).returncode == 0
    left = sorted(path.name for path in (tmp_path / "out" / "tiny" / "run_000").iterdir())
    assert left == ["epoch_0", "epoch_1", "epoch_2", "recipe_state"]
    resume = ["resume_from_checkpoint=True", "checkpointer.adapter_checkpoint=epoch_1/a.pt"]
    done = stand_in(tune, config, *resume, plan="fail=$((first + 7))")
    assert done.returncode == 9  # it goes on in epoch 2


def test_a_stand_in_out_of_memory(tune: Path, config: Path) -> None:
    done = stand_in(tune, config, plan="case $out in */run_000) oom=1 ;; esac")
    assert done.returncode == 1
    assert "torch.OutOfMemoryError: CUDA out of memory" in done.stderr
    assert done.stderr.splitlines()[-1] == "=" * 60


@pytest.mark.slow
@pytest.mark.slurm
def test_a_lab_runs_an_array(slurm: Slurm, tmp_path: Path) -> None:
    line = 'echo "$SLURM_ARRAY_TASK_ID" > "out.$SLURM_ARRAY_TASK_ID"'
    options = ["--parsable", "--array=0-3", "--output=/dev/null", "--wrap", line]
    job = slurm.run("sbatch", *options, cwd=tmp_path).stdout.strip()
    assert slurm.wait(job) == 0
    assert sorted(path.name for path in tmp_path.glob("out.*")) == [f"out.{n}" for n in range(4)]
    assert slurm.job(f"{job}_3")["JobState"] == "COMPLETED"
    assert slurm.queue() == {}


@pytest.mark.slow
@pytest.mark.slurm
def test_pretend_nodes_answer_a_test(slurm_labs: Callable[..., Slurm], tmp_path: Path) -> None:
    lab = slurm_labs(pretend_nodes=3)
    options = ["--test-only", "--nodes=4", "--gres=gpu:4", "--time=10", "--wrap", "true"]
    said = lab.run("sbatch", *options, cwd=tmp_path).stderr
    assert "to start at" in said
    assert lab.run("sbatch", "--test-only", "--nodes=5", *options[2:], check=False).returncode == 1
