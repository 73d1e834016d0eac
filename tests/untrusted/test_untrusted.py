"""A pull request controls every file of a repository: what it gets to see, and to write."""

from __future__ import annotations

import pytest

from tests.evidence import check
from tests.untrusted.proof import proof


@pytest.mark.slow
def test_an_eighth_of_all_repositories() -> None:
    check("untrusted", proof)
