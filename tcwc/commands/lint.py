"""`tcwc lint`: find mistakes in experiments; writes nothing."""

from __future__ import annotations

from argparse import Namespace

from tcwc.commands.findings import fails, problem, show_findings
from tcwc.commands.select import NothingToDo, experiments
from tcwc.compilation import compile
from tcwc.diagnostics import Diagnostic
from tcwc.files import FileProblem
from tcwc.report.findings import summary
from tcwc.terminal import say


def run(arguments: Namespace) -> int:
    """Lint each experiment; 0 where none has errors, 1 where one has, 2 where one is unreadable."""
    try:
        paths = experiments(arguments.files)
    except NothingToDo as nothing:
        problem(nothing.message, nothing.help, arguments)
        return 2
    found: list[Diagnostic] = []
    unreadable = 0
    for path in paths:
        try:
            compilation = compile(path)
        except FileProblem as error:
            problem(error.message, error.help, arguments)
            unreadable += 1
            continue
        show_findings(compilation.diagnostics, compilation.sources, arguments)
        found += compilation.diagnostics
    if not arguments.quiet and len(paths) > unreadable:
        say(summary(found, len(paths) - unreadable))
    if unreadable:
        return 2
    return 1 if fails(found, arguments.strict) and not arguments.exit_zero else 0
