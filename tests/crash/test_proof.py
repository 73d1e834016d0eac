"""Hundreds of failing calls, full disks and kills: tests/evidence/crash.json."""

from __future__ import annotations

import pytest

from tests.crash.proof import KILLS, proof
from tests.evidence import check, recorded


@pytest.mark.slow
def test_an_eighth_of_the_crashes() -> None:
    check("crash", proof)


def test_there_are_hundreds_of_them() -> None:
    whole = recorded("crash")["whole"]
    assert whole["failed calls"] >= 300
    assert whole["full disks"] >= 100
    assert whole["kills"] == KILLS
