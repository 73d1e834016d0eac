"""Whole files of other programs: the lines of the help are the experiment that each of them is, and
what no line stands for is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.advice.follow import rebuilt
from tests.advice.test_lines import written

FILES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "files.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", FILES, ids=lambda case: case["name"])
def test_a_file_is_the_experiment_of_its_help(case: dict[str, Any], tmp_path: Path) -> None:
    (found,) = written(tmp_path, case["file"]).diagnostics
    assert found.code == "TCW102"
    ours = written(tmp_path, rebuilt(found))
    meant = written(tmp_path, case["meant"])
    assert meant.ok, [each.message for each in meant.diagnostics]
    assert [run.science_hash for run in ours.runs] == [run.science_hash for run in meant.runs]


@pytest.mark.parametrize("case", FILES, ids=lambda case: case["name"])
def test_what_no_line_stands_for_is_named(case: dict[str, Any], tmp_path: Path) -> None:
    (found,) = written(tmp_path, case["file"]).diagnostics
    said = (
        found.help.partition("no line here stands for ")[2]
        .partition(": write ")[0]
        .partition(";")[0]
    )
    assert said.split("`")[1::2] == case["left"]
