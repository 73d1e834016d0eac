"""A sweep of twelve real trainings through a real array: rank x learning rate x seed."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tests.jobs.lab import Slurm, Tiny, offline
from tests.jobs.trainings import ranks
from tests.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.torchtune]

RESOURCES = """
resources:
  time: 00:10:00
  cpus: 1
"""
PROFILE = """\
partition: main
concurrency: 2
shared: [{folder}]
environment:
{environment}
"""
OFFLINE = (
    "OMP_NUM_THREADS",
    "HF_HOME",
    "HF_HUB_OFFLINE",
    "HF_DATASETS_OFFLINE",
    "HF_DATASETS_DISABLE_PROGRESS_BARS",
)
CONTROLS = {"save_adapter_weights_only": "true"}


@dataclass(frozen=True)
class Swept:
    """A sweep whose runs are all trained."""

    folder: Path
    compilation: tcwc.Compilation
    said: str

    def adapter(self, run: str) -> Path:
        return self.folder / "out" / "tiny" / run / "epoch_0" / "adapter_model.pt"

    def digest(self, run: str) -> str:
        return hashlib.sha256(self.adapter(run).read_bytes()).hexdigest()


def write_profile(folder: Path, tiny: Tiny, tune: Path) -> None:
    """`clusters/lab.yaml`: where the trainings of the lab find what they need."""
    known = offline(tiny.assets)
    words = {"TCWC_TUNE": str(tune)} | {key: known[key] for key in OFFLINE}
    lines = "\n".join(f"  {key}: {json.dumps(value)}" for key, value in words.items())
    (folder / "clusters").mkdir(parents=True)
    text = PROFILE.format(folder=folder, environment=lines)
    (folder / "clusters" / "lab.yaml").write_text(text, encoding="utf-8")


def submit(slurm: Slurm, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return slurm.run("bash", "configs/slurm/lab/submit.sh", *options, cwd=folder, check=False)


@pytest.fixture(scope="module")
def swept(
    tmp_path_factory: pytest.TempPathFactory, slurm: Slurm, tiny: Tiny, torchtune_python: Path
) -> Swept:
    folder = tmp_path_factory.mktemp("sweep")
    source = tiny.experiment(folder, controls=CONTROLS, more=RESOURCES)
    write_profile(folder, tiny, torchtune_python.parent / "tune")
    study = Study(folder)
    assert study.cli("build").code == 0
    said = study.cli("slurm", "experiment.yaml", "--cluster", "lab")
    assert said.code == 0, said
    done = submit(slurm, folder)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert slurm.wait(seconds=400) == 0, list((folder / "configs/slurm/lab/logs").glob("*"))
    return Swept(folder, tcwc.compile(source), done.stdout)


def test_one_array_is_submitted(swept: Swept, slurm: Slurm) -> None:
    assert "12 runs" in swept.said
    text = (swept.folder / "configs/slurm/lab/jobs.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert len({line["run"] for line in lines}) == len(lines) == 12
    assert len({line["job"].partition("_")[0] for line in lines}) == 1


def test_every_adapter_has_the_rank_of_the_mapping(swept: Swept, torchtune_python: Path) -> None:
    runs = {run.id: run.parameters for run in swept.compilation.runs}
    trained = ranks(torchtune_python, [swept.adapter(run) for run in runs])
    assert trained == [{each["lora_rank"]} for each in runs.values()]


def test_unequal_settings_give_unequal_bytes(swept: Swept) -> None:
    assert len({swept.digest(run.id) for run in swept.compilation.runs}) == 12


def test_equal_settings_give_equal_bytes(
    swept: Swept, slurm: Slurm, tiny: Tiny, torchtune_python: Path, tmp_path: Path
) -> None:
    """Two of the runs again, in another folder and under other names."""
    settings = {"lora_rank": "[8]", "learning_rate": "[3e-3]", "seed": "[2, 3]"}
    source = tiny.experiment(tmp_path, settings, CONTROLS, RESOURCES)
    write_profile(tmp_path, tiny, torchtune_python.parent / "tune")
    study = Study(tmp_path)
    assert study.cli("build").code == 0
    assert study.cli("slurm", "experiment.yaml", "--cluster", "lab").code == 0
    assert submit(slurm, tmp_path).returncode == 0
    assert slurm.wait(seconds=200) == 0
    again = Swept(tmp_path, tcwc.compile(source), "")
    for run in again.compilation.runs:
        (same,) = (r.id for r in swept.compilation.runs if r.parameters == run.parameters)
        assert swept.digest(same) == again.digest(run.id)


def test_every_stamp_says_finished(swept: Swept) -> None:
    for run in swept.compilation.runs:
        stamp = swept.folder / "out" / "tiny" / run.id / "tcwc"
        end: dict[str, Any] = json.loads((stamp / "0001.end").read_text(encoding="utf-8"))
        assert (end["state"], end["exit"], end["mode"]) == ("finished", 0, "fresh")
        assert not (stamp / "0002.start").exists()


def test_submitting_again_submits_nothing(swept: Swept, slurm: Slurm) -> None:
    before = (swept.folder / "configs/slurm/lab/jobs.jsonl").read_bytes()
    done = submit(slurm, swept.folder)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "12 of 12 finished" in done.stdout
    assert slurm.queue() == {}
    assert (swept.folder / "configs/slurm/lab/jobs.jsonl").read_bytes() == before
    said = Study(swept.folder).cli("status", "experiment.yaml")
    assert said.code == 0
    assert "12" in said.out
