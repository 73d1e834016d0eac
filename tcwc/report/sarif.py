"""Findings as a SARIF 2.1.0 log, which code scanning services read."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tcwc.model.diagnostics import Diagnostic, Fix, Rule, Severity
from tcwc.model.source import Span
from tcwc.model.values import Value
from tcwc.report.findings import FindingsFormat, LintResult, RuleText
from tcwc.report.json_text import json_text

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_ROOT = "%SRCROOT%"


def log(result: LintResult) -> str:
    """The log of a lint; only rules that were met are described."""
    findings, version = result.findings, result.version
    rules = {each.code: each.rule for each in sorted(findings, key=lambda each: each.code)}
    numbers = {code: number for number, code in enumerate(rules)}
    run: dict[str, Value] = {
        "tool": {
            "driver": {
                "name": "tcwc",
                "version": version,
                "semanticVersion": version,
                "rules": [_rule(rule, result.text_of(rule)) for rule in rules.values()],
            }
        },
        # Our columns count characters, where others (editors, by their protocol) count UTF-16.
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not result.problems,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": _with_help(message, help)}}
                    for message, help in result.problems
                ],
            }
        ],
        "results": [_result(each, numbers) for each in findings],
    }
    whole: dict[str, Value] = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(whole)


def _rule(rule: Rule, text: RuleText) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": text.summary},
        "fullDescription": {"text": text.why},
        "help": {"text": _with_help(text.why, text.help)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(each: Diagnostic, numbers: Mapping[str, int]) -> dict[str, Any]:
    message = each.message + (f", in {each.runs}" if each.runs else "")
    result: dict[str, Any] = {
        "ruleId": each.code,
        "ruleIndex": numbers[each.code],
        "level": _LEVELS[each.severity],
        "message": {"text": _with_help(message, each.help)},
        "locations": [{"physicalLocation": _place(each.span)}],
    }
    if each.labels:
        result["relatedLocations"] = [
            {"id": n, "physicalLocation": _place(label.span), "message": {"text": label.text}}
            for n, label in enumerate(each.labels)
        ]
    if each.fixes:
        result["fixes"] = [_fix(fix) for fix in each.fixes]
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    files = dict.fromkeys(edit.span.file for edit in fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file),
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                    for edit in fix.edits
                    if edit.span.file == file
                ],
            }
            for file in files
        ],
    }


def _place(span: Span) -> dict[str, Any]:
    return {"artifactLocation": _artifact(span.file), "region": _region(span)}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(file: str) -> dict[str, str]:
    """Relative to where tcwc ran; a file outside of it is absolute."""
    path = posixpath.normpath(file)
    uri = quote(path.encode("utf-8", "surrogateescape"))  # bytes of a name that is no UTF-8
    if posixpath.isabs(path):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": _ROOT}


def _with_help(message: str, help: str) -> str:
    return f"{message}\nhelp: {help}" if help else message


SARIF = FindingsFormat(None, log)
