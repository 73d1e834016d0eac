"""Shows findings the way the arguments ask for, and says which exit code they make."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from tcwc.commands.terminal import paint_for, say, say_lines
from tcwc.model.cut import cut_inside
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.ir import format_path
from tcwc.model.limits import HELP, MESSAGE
from tcwc.model.printable import shell_path
from tcwc.model.problem import Problem
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
        for line in form.each(each, sources, paint):
            say(line, stream, is_command=form.are_commands)


def wanted(diagnostics: Sequence[Diagnostic], arguments: Namespace) -> list[Diagnostic]:
    """The findings to show: with `-q` errors only."""
    return [d for d in diagnostics if not arguments.quiet or d.severity is Severity.ERROR]


def show_weighty(
    diagnostics: Sequence[Diagnostic],
    sources: Mapping[str, SourceText],
    arguments: Namespace,
    stream: TextIO | None = None,
) -> None:
    """Print findings but for what is only worth knowing: that is for a lint, and for `-v`."""
    infos = [each for each in diagnostics if each.severity is Severity.INFO]
    if arguments.verbose:
        infos = []
    show_findings([each for each in diagnostics if each not in infos], sources, arguments, stream)


def tell_infos(compilation: Compilation, arguments: Namespace) -> None:
    """Say how many findings `show_weighty` passed over, and what shows them."""
    count = sum(each.severity is Severity.INFO for each in compilation.diagnostics)
    if count and not (arguments.quiet or arguments.verbose):
        what, them = ("1 finding", "it") if count == 1 else (f"{count} findings", "them")
        path = shell_path(compilation.place.path)
        say(f"{what} worth knowing: `tcwc lint {path}` shows {them}", sys.stderr)


def shows_errors(compilation: Compilation, arguments: Namespace) -> bool:
    """Whether the source has errors; what it has is then shown on stderr."""
    failed = fails(compilation.diagnostics, strict=False)
    if failed:
        show_weighty(compilation.diagnostics, compilation.sources, arguments, sys.stderr)
    return failed


def short_names(compilation: Compilation) -> str:
    """What each short name of an experiment stands for, in words; "" where it has none."""
    names = compilation.experiment.names if compilation.experiment else {}
    listed = ", ".join(f"{word} is {format_path(path)}" for word, path in names.items())
    return f"short names: {listed}" if names else ""


def fails(diagnostics: Sequence[Diagnostic], strict: bool) -> bool:
    """Whether findings make a command fail: errors do, with `--strict` warnings too."""
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return any(each.severity in failing for each in diagnostics)


def problem(
    message: str,
    help: str,
    arguments: Namespace,
    stream: TextIO | None = None,
    *,
    details: Sequence[str] = (),
    example: Sequence[str] = (),
) -> None:
    """Say what went wrong outside the source, and the way out; `details` are lines below what is
    wrong, `example` lines below the help."""
    stream = stream or sys.stderr
    paint = paint_for(arguments.color, stream)
    # What is told here may be a word of the command line, or a path, of any length.
    message, help = cut_inside(message, MESSAGE.at_most), cut_inside(help, HELP.at_most)
    say(f"tcwc: {paint('error', 'error')}: {message}", stream)
    say_lines(details, stream)
    if help:
        say(f"  {paint('dim', '=')} help: {help}", stream)
    say_lines(example, stream)


def tell(error: Problem, arguments: Namespace) -> None:
    """Say what a problem says."""
    problem(error.message, error.help, arguments, details=error.details, example=error.example)
