"""The parts that tests of jobs run on: a real Slurm, a tiny training, a stand-in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import missing, once
from tests.jobs.lab import SITES, TUNE, Slurm, Tiny, pretend_assets, real_assets, slurm_lab


@pytest.fixture(scope="session")
def slurm_labs(labs: Path) -> Iterator[Callable[..., Slurm]]:
    """Makes labs with settings of their own: `slurm_labs(SLURM_MAX_ARRAY=51)`; the same ones again
    give the same lab. All are down at the end."""
    if not (labs / "slurm" / "slurm-up.sh").exists():
        missing("the lab of Slurm (TCWC_LABS/slurm)")
    made: dict[tuple[tuple[str, int], ...], Slurm] = {}
    with ExitStack() as stack:

        def lab(**settings: int) -> Slurm:
            key = tuple(sorted(settings.items()))
            if key not in made:
                made[key] = stack.enter_context(slurm_lab(labs, **settings))
            return made[key]

        yield lab


@pytest.fixture(scope="session")
def slurm(slurm_labs: Callable[..., Slurm]) -> Slurm:
    """A real Slurm of this worker, as the lab has it, but that it kills after five seconds."""
    return slurm_labs(SLURM_KILL_WAIT_S=5)


@pytest.fixture(scope="session")
def slurm_sites(labs: Path) -> Iterator[Slurm]:
    """A Slurm that has the partitions of the example profiles, with nodes as there: none of them a
    machine, so that `sbatch --test-only` answers and nothing ever starts."""
    if not (labs / "slurm" / "slurm-up.sh").exists():
        missing("the lab of Slurm (TCWC_LABS/slurm)")
    with slurm_lab(labs, sites=SITES) as lab:
        yield lab


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, torchtune_python: Path, labs: Path) -> Tiny:
    """The assets of a tiny training that a real torchtune made, and runs."""
    return Tiny(
        once(tmp_path_factory, "tiny", lambda folder: real_assets(folder, torchtune_python, labs))
    )


@pytest.fixture(scope="session")
def pretend(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """The same without a torchtune, for the stand-in."""
    return pretend_assets(tmp_path_factory.mktemp("pretend") / "assets")


@pytest.fixture(scope="session")
def tune() -> Path:
    """The stand-in for `tune` (TCWC_TUNE)."""
    return TUNE
