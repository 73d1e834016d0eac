"""Trainings that are killed and gone on with end as is said: tests/evidence/resume.json."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence import check
from tests.jobs.resume_proof import ROWS, proof


@pytest.mark.slow
@pytest.mark.torchtune
def test_an_eighth_of_the_table(torchtune_python: Path, labs: Path) -> None:
    check("resume", proof)


def test_the_rows_are_of_all_kinds() -> None:
    assert len(set(map(repr, ROWS))) == len(ROWS)
    assert {row.processes for row in ROWS} == {1, 2}
    assert {row.after for row in ROWS} == {1, 2}
