"""What `tcwc lint` says of bad experiments, letter by letter.

Each folder of `bad/` has an experiment.yaml, the files that it names, cluster profiles in
`clusters/`, and expected.txt; those of `reports/` are what people reported, a few of them nothing
bad. After a change, `pytest tests/golden --update-golden` rewrites the latter: read the difference
as a user.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from tcwc.api.compilation import Compilation, compile
from tcwc.api.rule_files import shipped_rule
from tcwc.cli import main
from tests.report.test_formats import json_schema, sarif_schema  # noqa: F401
from tests.report.test_formats import lint as as_json
from tests.rules.cases import NO_CASE, TABLE

BAD = Path(__file__).parent / "bad"
FOLDERS = sorted(path for path in BAD.iterdir() if path.is_dir())
REPORTS = sorted(path for path in (BAD.parent / "reports").iterdir() if path.is_dir())
_FINDING = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+): \w+\[TCW\d{3}\]: .+$")
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_COMPILED: dict[tuple[str, str], Compilation] = {}
"""The last one, by its folder and its name there."""
rule_text = cache(shipped_rule)


@pytest.fixture(scope="module", params=FOLDERS + REPORTS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """One after another through the tests, which share what is compiled of it."""
    asked: Path = request.param
    return asked


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """All formats show one compilation of what stands in a folder, and rule files are read once."""

    def once(path: str, **more: Any) -> Compilation:
        key = os.getcwd(), path
        if key not in _COMPILED:
            _COMPILED.clear()
            _COMPILED[key] = compile(path, **more)
        return _COMPILED[key]

    monkeypatch.setattr("tcwc.commands.lint.compile", once)
    monkeypatch.setattr("tcwc.api.rule_files.shipped_rule", rule_text)


def lint(capsys: pytest.CaptureFixture[str]) -> str:
    profiles = sorted(map(str, Path("clusters").glob("*.yaml")))
    status = main(["lint", "--color", "never", "experiment.yaml", *profiles])
    said = capsys.readouterr()
    return f"{said.out}{said.err}exit {status}\n"


@pytest.mark.usefixtures("shared")
def test_says_what_it_should(
    folder: Path,
    update_golden: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    said = lint(capsys)
    expected = folder / "expected.txt"
    if update_golden:
        expected.write_bytes(said.encode())
    assert said == expected.read_bytes().decode()


@pytest.mark.usefixtures("shared")
def test_json_and_sarif_say_the_same(
    folder: Path,
    json_schema: jsonschema.Draft202012Validator,  # noqa: F811
    sarif_schema: jsonschema.Draft4Validator,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    document = as_json(capsys, "--format", "json", "experiment.yaml")
    json_schema.validate(document)
    log = as_json(capsys, "--format", "sarif", "experiment.yaml")
    sarif_schema.validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for one, other in zip(document["findings"], run["results"], strict=True):
        region = other["locations"][0]["physicalLocation"]["region"]
        assert [region[key] for key in ("startLine", "startColumn", "endLine", "endColumn")] == [
            one["span"][key] for key in ("line", "column", "end_line", "end_column")
        ]
        assert other["level"] == LEVELS[one["severity"]]
        assert rules[other["ruleIndex"]]["id"] == other["ruleId"] == one["code"]
        assert other["message"]["text"].startswith(one["message"])
        uri = other["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert (folder / unquote(uri)).is_file()
    assert len(document["problems"]) == (not run["invocations"][0]["executionSuccessful"])
    assert all(len(rule["help"]["text"]) > 40 for rule in rules)


@pytest.mark.parametrize("bad", FOLDERS, ids=lambda path: path.name)
def test_each_finding_has_a_place_and_a_way_out(bad: Path) -> None:
    said = (bad / "expected.txt").read_bytes().decode()
    assert "Traceback" not in said
    if said.endswith("exit 2\n"):
        assert re.search(r"^tcwc: error: experiment\.yaml:\d+:\d+: ", said)
        assert "= help: " in said
        return
    findings = said.split("\n\n")[:-1]
    assert findings
    for finding in findings:
        first = _FINDING.match(finding.splitlines()[0])
        assert first, finding
        assert (bad / first["file"]).is_file()
        assert re.search(r"^ +\^", finding.split("|")[2]), "the pointer below the source line"
        assert "= help: " in finding, finding


def test_every_rule_is_met_here() -> None:
    said = "".join((folder / "expected.txt").read_bytes().decode() for folder in FOLDERS + REPORTS)
    assert {code for code in TABLE if f"[{code}]" not in said} == NO_CASE
