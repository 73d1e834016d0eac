"""A sweep of twelve real trainings through a real array."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tests.jobs.lab import Slurm, Tiny
from tests.jobs.twelve import CONTROLS, RESOURCES, TWO, Swept, warm_tune, write_profile
from tests.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.torchtune]


def submit(slurm: Slurm, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return slurm.run("bash", "configs/slurm/lab/submit.sh", *options, cwd=folder, check=False)


def arrays(said: str) -> list[str]:
    """The jobs that submit.sh says it has submitted: others of the same Slurm may have failed."""
    found = re.findall(r"\bjob (\d+)", said)
    assert found, said
    return found


@pytest.fixture(scope="module")
def tune(torchtune_python: Path) -> Iterator[Path]:
    with warm_tune(torchtune_python) as made:
        yield made


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, slurm: Slurm, tiny: Tiny, tune: Path) -> Swept:
    folder = tmp_path_factory.mktemp("sweep")
    source = tiny.experiment(folder, controls=CONTROLS, more=RESOURCES)
    write_profile(folder, tiny, tune)
    study = Study(folder)
    assert study.cli("build").code == 0
    said = study.cli("slurm", "experiment.yaml", "--cluster", "lab")
    assert said.code == 0, said
    done = submit(slurm, folder)
    assert done.returncode == 0, (done.stdout, done.stderr)
    logs = folder / "configs" / "slurm" / "lab" / "logs"
    assert slurm.wait(*arrays(done.stdout), seconds=400) == 0, list(logs.glob("*"))
    return Swept(folder, tcwc.compile(source), done.stdout)


def test_one_array_is_submitted(swept: Swept, slurm: Slurm) -> None:
    assert "12 runs" in swept.said
    text = (swept.folder / "configs/slurm/lab/jobs.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert len({line["run"] for line in lines}) == len(lines) == 12
    assert len({line["job"].partition("_")[0] for line in lines}) == 1


def test_every_adapter_has_the_rank_of_the_mapping(swept: Swept, torchtune_python: Path) -> None:
    swept.check_ranks(torchtune_python)


def test_equal_settings_give_equal_bytes(
    swept: Swept, slurm: Slurm, tiny: Tiny, torchtune_python: Path, tmp_path: Path
) -> None:
    """Two of the runs again, in another folder and under other names, by a `tune` of their own."""
    source = tiny.experiment(tmp_path, TWO, CONTROLS, RESOURCES)
    write_profile(tmp_path, tiny, torchtune_python.parent / "tune")
    study = Study(tmp_path)
    assert study.cli("build").code == 0
    assert study.cli("slurm", "experiment.yaml", "--cluster", "lab").code == 0
    done = submit(slurm, tmp_path)
    assert slurm.wait(*arrays(done.stdout), seconds=200) == 0
    swept.check_bytes(Swept(tmp_path, tcwc.compile(source), ""))


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
