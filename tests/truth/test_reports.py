"""What people reported, run for real: what lint says of it, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.reports import reports, tried


@pytest.mark.slow
@pytest.mark.torchtune
def test_runs_and_findings(tmp_path: Path, torchtune_python: Path, labs: Path) -> None:
    assert list(tried(reports(), tmp_path, torchtune_python, labs)) == []


def test_each_report_is_told_once() -> None:
    names = [each.name for each in reports()]
    assert len(names) == len(set(names))
