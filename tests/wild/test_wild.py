"""Base files as people have them: every planted defect is found, and nothing right is an error.

`bases/` follows what was seen in public repositories; `code/` is the repository around them. What
is to be found stands in the files, `# want: CODE` on its line. The first line names the recipe.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import tcwc
from tcwc.api.plain import ConfigFor, lint_config
from tcwc.cli import main
from tcwc.model.diagnostics import Diagnostic, Severity

HERE = Path(__file__).parent
BASES = sorted((HERE / "bases").glob("*.yaml"))
_WANT = re.compile(r"# want: (TCW\d+(?: TCW\d+)*)")
_WANT_IN_EXPERIMENT = re.compile(r"^# want in experiment: (TCW\d+)$", re.MULTILINE)

NOISE = {"TCW214", "TCW215", "TCW219", "TCW233"}
"""Warnings of which a false one would be as bad as a false error: they say what is not known."""


def wanted(text: str) -> Iterator[tuple[str, int, str]]:
    """File, line and code of each finding that a base's comments ask for."""
    for number, line in enumerate(text.split("\n"), 1):
        for codes in _WANT.findall(line):
            yield from (("base.yaml", number, code) for code in codes.split())
    for code in _WANT_IN_EXPERIMENT.findall(text):
        yield "experiment.yaml", 3 if code == "TCW215" else 2, code


def lay(base: Path, folder: Path) -> None:
    """A repository with the lab's code and one experiment over a base."""
    (folder / ".git").mkdir()
    shutil.copytree(HERE / "code", folder, dirs_exist_ok=True)
    text = base.read_text(encoding="utf-8")
    recipe = text.split("\n")[0].removeprefix("# recipe: ")
    (folder / "base.yaml").write_text(text, encoding="utf-8")
    (folder / "experiment.yaml").write_text(
        "experiment_name: wild\n"
        "base_config_file: base.yaml\n"
        f"recipe: {recipe}\n"
        "variables:\n"
        "  seed: [1, 2]\n",
        encoding="utf-8",
    )


def lint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Diagnostic, ...]:
    monkeypatch.chdir(folder)
    return tcwc.compile("experiment.yaml").diagnostics


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.stem)
def test_finds_what_is_planted_and_no_other_error(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(base, tmp_path)
    found = lint(tmp_path, monkeypatch)
    places = {(each.span.file, each.span.line, each.code) for each in found}
    want = set(wanted(base.read_text(encoding="utf-8")))
    assert want <= places, found
    loud = {
        (each.span.file, each.span.line, each.code)
        for each in found
        if each.severity is Severity.ERROR or each.code in NOISE
    }
    assert loud <= want, [each.message for each in found]


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.stem)
def test_finds_the_same_without_an_experiment(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a config by itself: what an experiment would be told where it names its base, or its
    recipe, is told of the config as a whole."""
    lay(base, tmp_path)
    (tmp_path / "experiment.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    text = base.read_text(encoding="utf-8")
    recipe = text.split("\n")[0].removeprefix("# recipe: ")
    found = lint_config("base.yaml", wanted=ConfigFor(recipe)).diagnostics
    places = {(each.span.file, each.span.line, each.code) for each in found}
    want = set(wanted(text))
    first = {("base.yaml", each.span.line) for each in found if each.span.column == 1}
    for file, line, code in want:
        there = {(file, line)} if file == "base.yaml" else first
        assert any((*each, code) in places for each in there), (code, found)
    loud = {each.code for each in found if each.severity is Severity.ERROR or each.code in NOISE}
    assert loud <= {code for _, _, code in want}, [each.message for each in found]
    said = " ".join(f"{each.message} {each.help}" for each in found)
    assert not re.search(r"controls|the base\b|base_config|this experiment", said), said


OTHERS = [base for base in BASES if base.stem != "own_recipe_two_rates"]
"""The bases but for one: its own recipe takes a key off a section, and nobody would know of it."""


@pytest.mark.parametrize("base", OTHERS, ids=lambda base: base.stem)
def test_nothing_right_is_an_error_where_no_recipe_is_named(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(base, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = lint_config("base.yaml").diagnostics
    errors = {(e.span.file, e.span.line, e.code) for e in found if e.severity is Severity.ERROR}
    assert errors <= set(wanted(base.read_text(encoding="utf-8"))), [e.message for e in found]


RENAMED = [base for base in BASES if "TCW230" in base.read_text(encoding="utf-8")]


@pytest.mark.parametrize("base", RENAMED, ids=lambda base: base.stem)
def test_fix_repairs_renames_and_nothing_else(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(base, tmp_path)
    monkeypatch.chdir(tmp_path)
    before = (tmp_path / "base.yaml").read_text(encoding="utf-8").split("\n")
    main(["lint", "--fix", "-q", "experiment.yaml"])
    after = (tmp_path / "base.yaml").read_text(encoding="utf-8").split("\n")
    assert "TCW230" not in {each.code for each in lint(tmp_path, monkeypatch)}
    changed = [a for a, b in zip(before, after, strict=True) if a != b]
    assert changed == [line for line in before if "# want: TCW230" in line]
    for old, new in zip(before, after, strict=True):
        assert re.sub(r"torchtune[\w.]*", "", old) == re.sub(r"torchtune[\w.]*", "", new)


def test_there_are_enough_of_them() -> None:
    assert len(BASES) >= 30
    assert sum(1 for base in BASES for _ in wanted(base.read_text(encoding="utf-8"))) >= 40
