"""The sweep of twelve real trainings through `tcwc run`, without Slurm, two at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tests.jobs.lab import Tiny
from tests.jobs.twelve import CONTROLS, RESOURCES, TWO, Swept, write_profile
from tests.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

TWO_AT_A_TIME = ("experiment.yaml", "--jobs", "2", "--devices", "none", "--cluster", "lab")


def trained(
    folder: Path, tiny: Tiny, python: Path, variables: dict[str, str] | None = None
) -> Swept:
    """A sweep, trained by `tcwc run`."""
    source = tiny.experiment(folder, variables, CONTROLS, RESOURCES)
    write_profile(folder, tiny, python.parent / "tune")
    study = Study(folder)
    assert study.cli("build").code == 0
    said = study.cli("run", *TWO_AT_A_TIME)
    assert said.code == 0, said
    return Swept(folder, tcwc.compile(source), said.out)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, tiny: Tiny, torchtune_python: Path) -> Swept:
    return trained(tmp_path_factory.mktemp("here"), tiny, torchtune_python)


def test_twelve_are_trained_two_at_a_time(swept: Swept) -> None:
    assert "12 runs of 12 to go, 2 at a time" in swept.said
    assert "12 of 12 finished" in swept.said
    most = active = 0
    for line in swept.said.splitlines():
        active += line.endswith(" starts") - (" finished in " in line)
        most = max(most, active)
    assert most == 2


def test_every_adapter_has_the_rank_of_the_mapping(swept: Swept, torchtune_python: Path) -> None:
    swept.check_ranks(torchtune_python)


def test_equal_settings_give_equal_bytes(
    swept: Swept, tiny: Tiny, torchtune_python: Path, tmp_path: Path
) -> None:
    swept.check_bytes(trained(tmp_path, tiny, torchtune_python, TWO))


def test_running_again_trains_nothing(swept: Swept) -> None:
    said = Study(swept.folder).cli("run", *TWO_AT_A_TIME)
    assert said.code == 0
    assert "12 of 12 finished" in said.out
    assert "starts" not in said.out
