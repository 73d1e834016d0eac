"""Shows findings the way the arguments ask for, and says which exit code they make."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TextIO

from tcwc.diagnostics import Diagnostic, Severity
from tcwc.report.findings import concise, full
from tcwc.source import SourceText
from tcwc.terminal import paint_for, say


def show_findings(
    diagnostics: Sequence[Diagnostic],
    sources: Mapping[str, SourceText],
    arguments: Namespace,
    stream: TextIO | None = None,
) -> None:
    """Print findings; with `-q` errors only."""
    stream = stream or sys.stdout
    paint = paint_for(arguments.color, stream)
    for each in diagnostics:
        if arguments.quiet and each.severity is not Severity.ERROR:
            continue
        if getattr(arguments, "format", "full") == "concise":
            say(concise(each, paint), stream)
        else:
            say(full(each, sources, paint) + "\n", stream)


def fails(diagnostics: Sequence[Diagnostic], strict: bool) -> bool:
    """Whether findings make a command fail: errors do, with `--strict` warnings too."""
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return any(each.severity in failing for each in diagnostics)


def problem(message: str, help: str, arguments: Namespace) -> None:
    """Say what went wrong outside the source, and the way out."""
    paint = paint_for(arguments.color, sys.stderr)
    say(f"tcwc: {paint('error', 'error')}: {message}", sys.stderr)
    if help:
        say(f"  {paint('dim', '=')} help: {help}", sys.stderr)
