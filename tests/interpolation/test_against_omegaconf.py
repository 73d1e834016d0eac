"""tcwc reads `${...}` as the real OmegaConf does, or says that it cannot know the value."""

from __future__ import annotations

import pytest

from tests.evidence import check
from tests.interpolation.proof import BASES, proof, run


def test_forty_bases() -> None:
    counts = run(range(BASES, BASES + 40))
    assert counts["derived"] > 200
    assert counts["filled"] > 40
    assert counts["refused texts"] > 2


@pytest.mark.slow
def test_bases() -> None:
    check("references", proof)
