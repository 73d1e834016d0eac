"""`lint_rules/` is documentation and test of every code that tcwc reports."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import tcwc
from tcwc import data
from tests.rules.cases import TABLE, Case, cases, documents

CASES = list(cases())


def test_the_table_and_the_files_are_equal() -> None:
    files = {
        name: (document["code"], document["name"], document["severity"])
        for name, document in documents().items()
    }
    table = {
        f"{rule.code}-{rule.name}.yaml": (rule.code, rule.name, rule.severity.value)
        for rule in TABLE.values()
    }
    assert files == table


@pytest.mark.parametrize("name", documents())
def test_file_has_the_format(name: str) -> None:
    schema = json.loads(data.read_text("schemas/lint_rule.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(documents()[name])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = [
        (each.code, each.span.file, each.span.line, each.span.column, each.message)
        for each in tcwc.compile("experiment.yaml").diagnostics
    ]
    expected = [
        (each["code"], each.get("file", "experiment.yaml"), each["line"], each["column"])
        for each in case.expect
    ]
    assert [each[:4] for each in found] == expected, found
    for (*_, message), each in zip(found, case.expect, strict=True):
        assert each["message"] in message


@pytest.mark.parametrize("code", TABLE)
def test_rule_is_reported_by_a_case_of_its_own(code: str) -> None:
    """So that a rule that is never reported any more fails here."""
    assert any(each["code"] == code for case in CASES if case.code == code for each in case.expect)


def test_good_cases_have_runs(tmp_path: Path) -> None:
    for case in CASES:
        if case.good:
            folder = tmp_path / case.name
            folder.mkdir()
            assert len(tcwc.compile(case.write(folder)).runs) > 1, case.name
