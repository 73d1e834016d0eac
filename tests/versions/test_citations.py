"""What was read in one version of torchtune is still there in the others that it is said of.

A place whose statement, under the same conditions, is not in a version's same file needs a `since`,
an `until`, or a reason why it is true all the same: still_true.json, by entry and version. Whoever
writes one has read the other version's code.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import NoReturn

import pytest

from tests.conftest import wheel_of
from tests.knowledge.data import DEFAULT
from tests.versions.citations import Citation, citations, concerns
from tests.versions.statements import at, has

STILL_TRUE = Path(__file__).parent / "still_true.json"
REASONS: dict[str, dict[str, str]] = json.loads(STILL_TRUE.read_text(encoding="utf-8"))

OLDER = "0.5.0"
MAIN = "0.7.0.dev"


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel of 0.5.0."""
    folder = tmp_path_factory.mktemp("older")
    with zipfile.ZipFile(wheel_of(OLDER, folder)) as wheel:
        wheel.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def main() -> Path:
    """A source tree of torchtune's main, at the commit that its catalogue names."""
    given = os.environ.get("TCWC_TORCHTUNE_MAIN")
    return Path(given) if given else _without_main()


def _without_main() -> NoReturn:
    pytest.skip("no source tree of torchtune's main (TCWC_TORCHTUNE_MAIN)")


def unfounded(version: str, tree: Path) -> list[str]:
    """The places of a version itself that are no statement there."""
    own = [each for each in citations() if each.home == version and version in each.versions]
    return [f"{each.entry}: {each.file}:{each.line}" for each in own if not _is_there(each, tree)]


def _is_there(citation: Citation, tree: Path) -> bool:
    file = tree / citation.file
    return file.is_file() and at(file, citation.line) is not None


def changed(version: str, tree: Path, home: Path) -> dict[str, set[str]]:
    """By entry, the places of 0.6.1 whose statements are not in a version that they are said of."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in citations():
        if each.home != DEFAULT or version not in each.versions or not concerns(each, version):
            continue
        statement, there = at(home / each.file, each.line), tree / each.file
        if statement is None or not there.is_file() or not has(there, statement):
            found[each.entry].add(f"{each.file}:{each.line}")
    return found


def hold(version: str, tree: Path, home: Path) -> None:
    found = changed(version, tree, home)
    excused = {entry for entry, reasons in REASONS.items() if version in reasons}
    assert {entry: places for entry, places in found.items() if entry not in excused} == {}
    assert excused - set(found) == set()  # a reason that nothing needs


@pytest.mark.slow
@pytest.mark.network
def test_the_places_are_statements(torchtune_source: Path) -> None:
    assert unfounded(DEFAULT, torchtune_source) == []


@pytest.mark.slow
@pytest.mark.network
def test_what_is_said_of_0_5_0(older: Path, torchtune_source: Path) -> None:
    assert unfounded(OLDER, older) == []
    hold(OLDER, older, torchtune_source)


@pytest.mark.slow
@pytest.mark.network
def test_what_is_said_of_main(main: Path, torchtune_source: Path) -> None:
    assert unfounded(MAIN, main) == []
    hold(MAIN, main, torchtune_source)


def test_reasons_are_of_entries_and_of_their_versions() -> None:
    versions: dict[str, set[str]] = defaultdict(set)
    for each in citations():
        versions[each.entry].update(each.versions)
    for entry, reasons in REASONS.items():
        assert set(reasons) <= versions[entry] - {DEFAULT}, entry
        assert all(reasons.values()), entry
    assert list(REASONS) == sorted(REASONS)
