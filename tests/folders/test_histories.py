"""Random histories of an output folder: a few in every run, an eighth of many as a proof."""

from __future__ import annotations

from collections import Counter

import pytest

from tests import evidence
from tests.folders.histories import cuts, history, proof

pytestmark = pytest.mark.usefixtures("no_checks")


@pytest.mark.parametrize("number", range(4))
def test_a_history(number: int) -> None:
    history(f"fast:{number}", Counter(), rounds=5)


@pytest.mark.parametrize("older", [False, True])
def test_some_cuts(older: bool) -> None:
    counts: Counter[str] = Counter()
    cuts(3, 97, counts, older=older)
    assert counts["cuts"] == counts["cuts refused"] > 10


@pytest.mark.slow
def test_an_eighth_of_the_proof() -> None:
    evidence.check("folders", proof)
