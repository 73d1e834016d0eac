"""Findings as one JSON document, in the layout of `schemas/findings.schema.json`."""

from __future__ import annotations

from typing import Any

from tcwc.model.diagnostics import Diagnostic, Fix, Label, Severity
from tcwc.model.source import Span
from tcwc.model.values import Value
from tcwc.report.findings import FindingsFormat, LintResult
from tcwc.report.json_text import json_text

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""


def document(result: LintResult) -> str:
    """The document of a lint: findings, and files that could not be read."""
    findings = result.findings
    counts = {each.value: 0 for each in Severity}
    for each in findings:
        counts[each.severity.value] += 1
    whole: dict[str, Value] = {
        "format": FORMAT,
        "tool": {"name": "tcwc", "version": result.version},
        "findings": [_finding(each) for each in findings],
        "problems": [{"message": message, "help": help} for message, help in result.problems],
        "summary": {"experiments": result.files, "configs": result.configs, **counts},
    }
    return json_text(whole)


def _finding(each: Diagnostic) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.rule.name,
        "severity": each.severity.value,
        "message": each.message,
        "help": each.help,
        "runs": each.runs,
        **_place(each.span),
        "labels": [_label(label) for label in each.labels],
        "fixes": [_fix(fix) for fix in each.fixes],
    }


def _label(label: Label) -> dict[str, Any]:
    return {"message": label.text, **_place(label.span)}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_place(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "span": {
            "line": span.line,
            "column": span.column,
            "end_line": span.end_line,
            "end_column": span.end_column,
        },
    }


JSON = FindingsFormat(None, document)
