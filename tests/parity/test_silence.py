"""No error in what torchtune ships, by name and copied, and the rest of what is said, listed.

`python -m tests.parity.silence > tests/parity/silence.txt` lists it anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.model.diagnostics import Severity
from tests.parity.silence import Linted, lint_all, table

LISTED = Path(__file__).parent / "silence.txt"


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> list[Linted]:
    return list(lint_all(tmp_path_factory.mktemp("silence")))


def errors(linted: list[Linted]) -> list[str]:
    return [
        f"{each.config} ({each.recipe}) by {each.way}: {found.code} {found.message}"
        for each in linted
        for found in each.found
        if found.severity is Severity.ERROR
    ]


@pytest.mark.slow
def test_no_error(linted: list[Linted]) -> None:
    assert len({each.config for each in linted}) == 156
    assert errors(linted) == []


@pytest.mark.slow
def test_the_rest_is_what_is_listed(linted: list[Linted]) -> None:
    assert table(linted) == LISTED.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.network
def test_no_error_in_the_very_files(torchtune_source: Path, tmp_path: Path) -> None:
    folder = torchtune_source / "recipes" / "configs"
    found = lint_all(tmp_path, lambda name: (folder / f"{name}.yaml").read_text(encoding="utf-8"))
    assert errors(list(found)) == []
