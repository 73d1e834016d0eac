"""What people type in their first days: the lines that the help quotes are put in mechanically, and
what comes of it are the runs that were meant."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import tcwc
from tcwc.model.diagnostics import Diagnostic, Severity
from tests.advice.follow import followed

MISTAKES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8")
)
HEAD = "experiment_name: study\n"
_TALKS = ("TCW324", "TCW325", "TCW330", "TCW342", "TCW215", "TCW203")
"""Warnings whose help has lines."""
_ROUNDS = 12


@pytest.fixture(scope="module", params=MISTAKES, ids=lambda case: case["name"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One after another through all tests, which share what is compiled of it."""
    asked: dict[str, Any] = request.param
    return asked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("advice")


@lru_cache(maxsize=8)
def compiled(folder: Path, text: str) -> Any:
    """An experiment of this text; once, since what help was followed to is often what was meant."""
    return written(folder, text)


def written(folder: Path, text: str) -> Any:
    path = folder / "experiment.yaml"
    path.write_text(text, encoding="utf-8")
    return tcwc.compile(path)


def _to_follow(compiled: Any) -> list[Diagnostic]:
    return [
        each
        for each in compiled.diagnostics
        if each.severity is Severity.ERROR or each.code in _TALKS
    ]


def mended(folder: Path, text: str) -> str:
    """The text after the first finding's help was followed, and so on until there is none."""
    for _ in range(_ROUNDS):
        found = _to_follow(compiled(folder, text))
        if not found:
            return text
        (first, *_) = found
        after = followed(text, first)
        assert after is not None, f"{first.code} {first.message}: {first.help}"
        assert after != text, f"{first.code} {first.message}: {first.help}"
        text = after
    raise AssertionError(f"no end: {found[0].message}: {found[0].help}\n{text}")


def source(case: dict[str, Any], part: str) -> str:
    base = case.get("base", "llama3_2/1B_lora_single_device")
    head = "" if "base_config" in case[part] else f"base_config: {base}\n"
    return HEAD + head + str(case[part])


def test_the_lines_of_the_help_make_what_was_meant(case: dict[str, Any], folder: Path) -> None:
    made = mended(folder, source(case, "typed"))
    ours = [run.science_hash for run in compiled(folder, made).runs]
    meant = compiled(folder, source(case, "meant"))
    assert meant.ok, [each.message for each in meant.diagnostics]
    assert ours == [run.science_hash for run in meant.runs], made


def test_adding_it_all_the_same_is_never_the_first_advice(
    case: dict[str, Any], folder: Path
) -> None:
    for each in compiled(folder, source(case, "typed")).diagnostics:
        assert "put `+`" not in each.help or each.help.index("put `+`") > 20, each.help
