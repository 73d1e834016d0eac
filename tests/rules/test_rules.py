"""`lint_rules/` is documentation and test of every code that tcwc reports."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest

import tcwc
from tcwc.api.rule_cases import differences, write
from tcwc.api.rule_files import shipped_rule
from tcwc.disk import data
from tcwc.lint.rules.rule_files import RuleCase
from tests.lint.auditor import Auditor
from tests.rules.cases import (
    FIXES,
    NO_CASE,
    TABLE,
    cases,
    documents,
    made,
    repaired,
    strongest_fix,
)

CASES = cases()


def test_the_cases_are_as_tcwc_reads_them() -> None:
    assert tuple(case for name in documents() for case in shipped_rule(name).cases) == CASES


def test_the_table_and_the_files_are_equal() -> None:
    files = {
        name: (
            document["code"],
            document["name"],
            document["severity"],
            document.get("preview", False),
        )
        for name, document in documents().items()
    }
    table = {
        f"{rule.code}-{rule.name}.yaml": (
            rule.code,
            rule.name,
            rule.severity.value,
            rule.preview,
        )
        for rule in TABLE.values()
    }
    assert files == table


@cache
def form() -> jsonschema.Draft202012Validator:
    schema = json.loads(data.read_text("schemas/lint_rule.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", documents())
def test_file_has_the_format(name: str) -> None:
    form().validate(documents()[name])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: RuleCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says is found, no fix is stronger than its file says, and a good one has runs."""
    write(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = made("experiment.yaml", case)
    assert differences(case, found.diagnostics) == []
    offered = strongest_fix(case.code, found.diagnostics)
    assert FIXES.index(offered) <= FIXES.index(fix_of(case.code))
    if case.good:
        text = case.texts["experiment.yaml"]
        one = "variables:" not in text and "arms:" not in text
        assert len(found.compilation.runs) > (0 if one else 1)


@cache
def fix_of(code: str) -> str:
    """What the file of a rule says of its fixes."""
    (document,) = (each for each in documents().values() if each["code"] == code)
    return str(document["fix"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fixes_give_the_text_that_the_case_says(case: RuleCase, tmp_path: Path) -> None:
    """After a change: `python -m tests.rules.fill_fixed` writes what they give now. And every
    finding on the way comes while its rule is timed."""
    write(case, tmp_path)
    watch = Auditor()
    assert repaired(tmp_path, watch) == case.fixed
    assert watch.strange == []


@pytest.mark.parametrize("name", documents())
def test_file_says_what_fixes_there_are(name: str, tmp_path: Path) -> None:
    """That none is stronger: `test_case`."""
    code, fix = documents()[name]["code"], documents()[name]["fix"]
    own = [case for case in CASES if case.code == code]
    found = (made(write(case, tmp_path / case.name), case).diagnostics for case in own)
    assert fix == "none" or any(strongest_fix(code, each) == fix for each in found)


@pytest.mark.parametrize("code", sorted(code for code, rule in TABLE.items() if rule.preview))
def test_preview_rules_are_off(code: str, tmp_path: Path) -> None:
    bad = next(case for case in CASES if case.code == code and not case.good)
    path = write(bad, tmp_path)
    assert code in {each.code for each in made(path, bad).diagnostics}
    assert code not in {each.code for each in tcwc.compile(path).diagnostics}


@pytest.mark.parametrize("code", sorted(set(TABLE) - NO_CASE))
def test_rule_is_reported_by_a_case_of_its_own(code: str) -> None:
    """So that a rule that is never reported any more fails here."""
    assert any(each["code"] == code for case in CASES if case.code == code for each in case.expect)
