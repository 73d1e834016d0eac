"""`tcwc show`: the config of one run on stdout."""

from __future__ import annotations

import sys
from argparse import Namespace

from tcwc.commands.findings import fails, located, show_findings
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.runs import find_run
from tcwc.compilation import compile


def run(arguments: Namespace) -> int:
    """Print a run's config; 0 printed, 1 the source has errors or no such run, 2 unreadable."""
    try:
        compilation = compile(arguments.experiment)
        if fails(compilation.diagnostics, strict=False):
            show_findings(*located(compilation), arguments, sys.stderr)
            return 1
        found = find_run(compilation, arguments.run, arguments)
        if found is None:
            return 1
        text = found.text
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    sys.stdout.buffer.write(text.encode())
    return 0
