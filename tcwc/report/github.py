"""Findings as workflow commands, which GitHub shows as annotations beside the lines."""

from __future__ import annotations

from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.printable import printable
from tcwc.model.secrets import masked
from tcwc.report.findings import FindingsFormat

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def command(each: Diagnostic) -> str:
    """`::error file=experiment.yaml,line=9,col=5,endLine=9,endColumn=28,title=...::message`."""
    span = each.span
    properties: dict[str, object] = {"file": span.file, "line": span.line}
    if span.end_line == span.line:  # else GitHub refuses columns
        properties |= {"col": span.column, "endLine": span.line, "endColumn": span.end_column}
    else:
        properties |= {"endLine": span.end_line}
    properties["title"] = f"{each.code} {each.rule.name}"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = each.message + (f", in {each.runs}" if each.runs else "")
    if each.help:
        message += f"\nhelp: {each.help}"
    return f"::{_COMMANDS[each.severity]} {listed}::{_data(masked(message))}"


def _data(text: str) -> str:
    # The percent sign first: the other two bring some in.
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


GITHUB = FindingsFormat(lambda each, *_: [command(each)], lambda _: "", are_commands=True)
