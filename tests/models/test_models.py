"""Models as levels, of all shipped configs: every pair, in eighths (proof.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence import check
from tests.models.proof import bases, proof


@pytest.mark.slow
@pytest.mark.torchtune
def test_an_eighth_of_all_pairs(torchtune_python: Path) -> None:
    check("models", proof)


def test_there_are_pairs() -> None:
    assert len(bases()) > 100
