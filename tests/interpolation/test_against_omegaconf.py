"""tcwc reads `${...}` as the real OmegaConf does, or says that it cannot know the value."""

from __future__ import annotations

import pytest

from tests.evidence import check
from tests.interpolation.proof import BASES, proof, run


def test_some_bases() -> None:
    counts = run(range(BASES, BASES + 16))
    assert counts["derived"] > 60
    assert counts["filled"] > 15
    assert counts["refused texts"] > 0


@pytest.mark.slow
def test_bases() -> None:
    check("references", proof)
