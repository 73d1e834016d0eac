"""What the tests of surroundings share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.surroundings.shell import SOURCE, Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell in a folder with an experiment without mistakes."""
    (tmp_path / "experiment.yaml").write_text(SOURCE, encoding="utf-8")
    return Shell(tmp_path)
