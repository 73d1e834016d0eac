"""Shows findings the way the arguments ask for, and says which exit code they make."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from tcwc.commands.terminal import paint_for, say
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.source import SourceText
from tcwc.report.findings import FULL, FindingsFormat

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


def show_findings(
    diagnostics: Sequence[Diagnostic],
    sources: Mapping[str, SourceText],
    arguments: Namespace,
    stream: TextIO | None = None,
    form: FindingsFormat = FULL,
) -> None:
    """Print findings, each for itself; with `-q` errors only."""
    stream = stream or sys.stdout
    paint = paint_for(arguments.color, stream)
    for each in wanted(diagnostics, arguments) if form.each else ():
        assert form.each is not None
        say(form.each(each, sources, paint), stream)


def wanted(diagnostics: Sequence[Diagnostic], arguments: Namespace) -> list[Diagnostic]:
    """The findings to show: with `-q` errors only."""
    return [d for d in diagnostics if not arguments.quiet or d.severity is Severity.ERROR]


def shows_errors(compilation: Compilation, arguments: Namespace) -> bool:
    """Whether the source has errors; what it has is then shown on stderr."""
    failed = fails(compilation.diagnostics, strict=False)
    if failed:
        show_findings(compilation.diagnostics, compilation.sources, arguments, sys.stderr)
    return failed


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
