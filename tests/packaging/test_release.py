"""What is refused to be released (tools/release.py)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.release import PLACEHOLDER, VERSIONS, problems

READY = """\
# Changelog

## [Unreleased]

## [0.1.0] - 2026-11-29

The first.

[0.1.0]: https://example.org/tcwc/0.1.0
"""


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A tree that may be released."""
    for name in VERSIONS:
        text = (ROOT / name).read_text(encoding="utf-8").replace(PLACEHOLDER, "somebody")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(READY, encoding="utf-8")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_is_ready_has_no_problem(ready: Path) -> None:
    assert list(problems(ready)) == []


def test_each_place_without_an_address_is_named(ready: Path) -> None:
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, ready / name)
    found = list(problems(ready))
    assert {each.partition(":")[0] for each in found} == {"pyproject.toml", "README.md"}
    assert all(PLACEHOLDER in each for each in found)


@pytest.mark.parametrize("name", ["tcwc/cli.py", "tcwc/__init__.py", "README.md"])
def test_versions_that_differ(name: str, ready: Path) -> None:
    edit(ready / "pyproject.toml", 'version = "0.1.0"', 'version = "0.1.1"')
    (found,) = (each for each in problems(ready) if each.startswith(name))
    assert "0.1.0 here, and 0.1.1" in found


def test_each_version_of_a_file_counts(ready: Path) -> None:
    """That of the hooks, and that of the action."""
    text = (ready / "README.md").read_text(encoding="utf-8")
    assert text.count("v0.1.0") == 2
    for old in ("rev: v0.1.0", "@v0.1.0"):
        (ready / "README.md").write_text(text.replace(old, old[:-1] + "9"), encoding="utf-8")
        (found,) = problems(ready)
        assert found.startswith("README.md: the version is 0.1.9 here")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## [0.1.0] - 2026-11-29", "## [0.1.0]", "no `## [0.1.0] - YYYY-MM-DD`"),
        ("[0.1.0]: https", "0.1.0: https", "leads nowhere"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n- more\n", "belongs to 0.1.0"),
        ("## [Unreleased]\n", "", "its heading stays"),
    ],
)
def test_a_changelog_that_is_not_ready(old: str, new: str, said: str, ready: Path) -> None:
    edit(ready / "CHANGELOG.md", old, new)
    (found,) = problems(ready)
    assert found.startswith("CHANGELOG.md: ")
    assert said in found
