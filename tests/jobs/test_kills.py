"""Fifty random kills over sweeps: tests/evidence/kills.json."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EIGHTHS
from tests.evidence import check
from tests.jobs.kills_proof import KILLS, REAL, proof, share


@pytest.mark.slow
@pytest.mark.torchtune
@pytest.mark.slurm
def test_an_eighth_of_the_kills(torchtune_python: Path, labs: Path) -> None:
    check("kills", proof)


def test_the_eighths_are_all_of_them() -> None:
    assert [sum(share(count, n) for n in range(EIGHTHS)) for count in (KILLS, REAL)] == [45, 5]
