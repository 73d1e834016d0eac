"""The formats for machines: JSON after its schema, SARIF after the standard's, annotations.
That both say the same of bad experiments: tests/golden/test_bad.py.

sarif-schema-2.1.0.json is the OASIS schema (errata 01) as it is published.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest

from tcwc.cli import main
from tcwc.disk import data
from tcwc.model.diagnostics import Diagnostic, Rule, Severity, finding
from tcwc.model.lazy import load
from tcwc.model.source import Span
from tcwc.report.findings import FindingsFormat
from tcwc.report.formats import FINDINGS, PLAN
from tcwc.report.github import command
from tcwc.report.plan import PlanFormat

HERE = Path(__file__).parent
BAD = sorted((HERE.parent / "golden" / "bad").glob("*/experiment.yaml"))


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema.Draft4Validator:
    schema = json.loads((HERE / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema)


@pytest.fixture(scope="module")
def json_schema() -> jsonschema.Draft202012Validator:
    schema = json.loads(data.read_text("schemas/findings.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def lint(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main(["lint", *arguments])
    return json.loads(capsys.readouterr().out)


def test_files_are_named_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A base file is named from the experiment's folder; annotations need it from the top."""
    folder = tmp_path / "a study"
    folder.mkdir()
    bad = next(path for path in BAD if path.parent.name == "base_file_duplicate")
    for file in bad.parent.glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    found = lint(capsys, "--format", "json")["findings"]
    assert {each["file"] for each in found} <= {"a study/experiment.yaml", "a study/base.yaml"}
    assert any(each["file"] == "a study/base.yaml" for each in found)
    (run,) = lint(capsys, "--format", "sarif")["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "a%20study/base.yaml", "uriBaseId": "%SRCROOT%"}
    main(["lint", "--format", "full"])
    assert "a study/base.yaml:" in capsys.readouterr().out


def test_a_rule_of_ones_own_is_explained(
    tmp_path: Path,
    project_root: Path,
    sarif_schema: jsonschema.Draft4Validator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(project_root / "examples" / "lab_rules", tmp_path / "lab")
    monkeypatch.chdir(tmp_path)
    experiment = tmp_path / "lab" / "experiment.yaml"
    text = experiment.read_text(encoding="utf-8")
    experiment.write_text(re.sub(r"(learning_rate|optimizer\.lr): .*", r"\1: [1e-4, 1.0]", text))
    log = lint(capsys, "--format", "sarif")
    sarif_schema.validate(log)
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "LAB001"
    assert rule["shortDescription"]["text"].startswith("Learning rates are at most")
    assert "diverged" in rule["fullDescription"]["text"]
    assert rule["help"]["text"].startswith(rule["fullDescription"]["text"] + "\nhelp: ")


def test_a_clean_log_and_document(
    project_root: Path,
    sarif_schema: jsonschema.Draft4Validator,
    json_schema: jsonschema.Draft202012Validator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project_root / "examples" / "lora_rank")
    log = lint(capsys, "--format", "sarif", "experiment.yaml")
    sarif_schema.validate(log)
    assert log["runs"][0]["results"] == []
    document = lint(capsys, "--format", "json", "experiment.yaml")
    json_schema.validate(document)
    assert document["summary"] == {
        "experiments": 1,
        "configs": 0,
        "error": 0,
        "warning": 0,
        "info": 0,
    }


def test_a_fix_is_valid_sarif(sarif_schema: jsonschema.Draft4Validator) -> None:
    from tcwc.model.diagnostics import replace_by
    from tcwc.report.findings import LintResult, RuleText
    from tcwc.report.sarif import log

    span = Span("/outside/x y.yaml", 3, 5, 3, 9)
    found = finding(RULE, span, "wrong", fix=replace_by(span, "8", safe=True))
    problems = [("cannot read x", "")]
    text_of = lambda _: RuleText("S.", "Why.")  # noqa: E731
    made = json.loads(log(LintResult([found], problems, 1, "1.0", text_of, quiet=False)))
    sarif_schema.validate(made)
    (result,) = made["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "8"}
    uri = change["artifactLocation"]["uri"]
    assert urlsplit(uri).scheme == "file"
    assert uri.endswith("/outside/x%20y.yaml")
    assert made["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_a_fix_of_two_files_is_told_file_by_file(
    sarif_schema: jsonschema.Draft4Validator,
) -> None:
    from tcwc.model.diagnostics import Edit, Fix
    from tcwc.report.findings import LintResult, RuleText
    from tcwc.report.sarif import log

    one, two = (Span("a.yaml", line, 1, line, 4) for line in (1, 2))
    other = Span("sub/b.yaml", 3, 1, 3, 2)
    fix = Fix("do it", (Edit(one, "x"), Edit(other, "y"), Edit(two, "z")))
    found = [finding(RULE, one, "wrong", fix=fix), finding(OTHER_RULE, two, "wrong", runs="run 3")]
    made = json.loads(
        log(
            LintResult(
                found, [], 1, "1.0", lambda rule: RuleText(rule.code, "Why.", "Help."), quiet=False
            )
        )
    )
    sarif_schema.validate(made)
    (run,) = made["runs"]
    first, second = run["results"]
    (fixed,) = first["fixes"]
    assert fixed["description"] == {"text": "do it"}
    assert [
        (
            change["artifactLocation"]["uri"],
            [
                (each["deletedRegion"]["startLine"], each["insertedContent"]["text"])
                for each in change["replacements"]
            ],
        )
        for change in fixed["artifactChanges"]
    ] == [("a.yaml", [(1, "x"), (2, "z")]), ("sub/b.yaml", [(3, "y")])]
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["name"]) for rule in rules] == [
        ("TCW998", "OtherRule"),
        ("TCW999", "SomeRule"),
    ]
    assert [each["ruleIndex"] for each in (first, second)] == [1, 0]
    assert rules[0]["help"]["text"] == "Why.\nhelp: Help."
    assert rules[0]["defaultConfiguration"] == {"level": "error"}
    assert "fixes" not in second
    assert "relatedLocations" not in first
    assert second["message"]["text"] == "wrong, in run 3"
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert run["columnKind"] == "unicodeCodePoints"


def test_labels_are_related_locations(sarif_schema: jsonschema.Draft4Validator) -> None:
    from tcwc.model.diagnostics import Label
    from tcwc.report.findings import LintResult, RuleText
    from tcwc.report.sarif import log

    labels = [Label(Span("b.yaml", line, 2, line, 3), f"here {line}") for line in (4, 5)]
    found = finding(RULE, Span("a.yaml", 1, 1, 1, 2), "wrong", labels=labels, help="fix it")
    problems = [("cannot read x", "name it"), ("nor y", "")]
    made = json.loads(
        log(LintResult([found], problems, 1, "1.0", lambda _: RuleText("S.", "Why."), quiet=False))
    )
    sarif_schema.validate(made)
    (run,) = made["runs"]
    (result,) = run["results"]
    assert result["message"]["text"] == "wrong\nhelp: fix it"
    assert [
        (
            each["id"],
            each["physicalLocation"]["artifactLocation"]["uri"],
            each["physicalLocation"]["region"]["startLine"],
            each["message"]["text"],
        )
        for each in result["relatedLocations"]
    ] == [(0, "b.yaml", 4, "here 4"), (1, "b.yaml", 5, "here 5")]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert [
        (each["level"], each["message"]["text"])
        for each in invocation["toolExecutionNotifications"]
    ] == [("error", "cannot read x\nhelp: name it"), ("error", "nor y")]


RULE = Rule("TCW999", "some-rule", Severity.WARNING)
OTHER_RULE = Rule("TCW998", "other-rule", Severity.ERROR)


def annotated(span: Span, message: str, **more: Any) -> str:
    found: Diagnostic = finding(RULE, span, message, **more)
    return command(found)


def test_an_annotation() -> None:
    assert annotated(Span("a.yaml", 2, 3, 2, 8), "it is wrong", help="fix it", runs="run 3") == (
        "::warning file=a.yaml,line=2,col=3,endLine=2,endColumn=8,title=TCW999 some-rule"
        "::it is wrong, in run 3%0Ahelp: fix it"
    )


def test_an_annotation_escapes_what_github_would_read() -> None:
    said = annotated(Span("a,b:c%.yaml", 2, 3, 4, 1), "100 % of `a: b, c`\r\n::error::x\x1b[0m")
    assert said == (
        "::warning file=a%2Cb%3Ac%25.yaml,line=2,endLine=4,title=TCW999 some-rule"
        "::100 %25 of `a: b, c`%0D%0A::error::x\\x1b[0m"
    )
    assert "\n" not in said


def test_no_colour_for_machines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD[0].parent)
    for format in ("json", "github", "sarif"):
        main(["lint", "--format", format, "--color", "always", "experiment.yaml"])
        assert "\x1b" not in capsys.readouterr().out
    main(["lint", "--format", "concise", "--color", "always", "experiment.yaml"])
    assert "\x1b" in capsys.readouterr().out


@pytest.mark.parametrize("name", FINDINGS)
def test_each_form_of_findings_is_written_and_documented(
    name: str,
    project_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert isinstance(load(FINDINGS[name]), FindingsFormat)
    monkeypatch.chdir(project_root / "tests" / "golden" / "bad" / "key_typo")
    assert main(["lint", "--format", name]) == 1
    assert "TCW201" in capsys.readouterr().out
    assert f"`{name}`" in (project_root / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PLAN)
def test_each_form_of_a_plan_is_written_and_documented(
    name: str,
    project_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reference, what = PLAN[name]
    assert isinstance(load(reference), PlanFormat)
    monkeypatch.chdir(project_root / "examples" / "lora_rank")
    assert main(["plan", "experiment.yaml", "--format", name]) == 0
    assert "lora_rank" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["plan", "--help"])
    assert what in " ".join(capsys.readouterr().out.split())
    documented = (project_root / "README.md").read_text(encoding="utf-8")
    assert name in documented[documented.index("`tcwc plan EXPERIMENT`") :].splitlines()[0]
