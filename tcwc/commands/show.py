"""`tcwc show`: the config of one run on stdout."""

from __future__ import annotations

import sys
from argparse import Namespace
from difflib import get_close_matches

from tcwc.commands.findings import fails, located, problem, show_findings
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.compilation import compile
from tcwc.design.matching import run_id


def run(arguments: Namespace) -> int:
    """Print a run's config; 0 printed, 1 the source has errors or no such run, 2 unreadable."""
    try:
        compilation = compile(arguments.experiment)
        if fails(compilation.diagnostics, strict=False):
            show_findings(*located(compilation), arguments, sys.stderr)
            return 1
        runs = compilation.runs
        wanted = run_id(int(arguments.run)) if arguments.run.isdecimal() else arguments.run
        try:
            text = runs.by_id(wanted).text
        except KeyError:
            known = [runs[0].id, runs[-1].id]
            near = get_close_matches(wanted, known, 1, 0.9)
            help = f"did you mean {near[0]}?" if near else f"there are {known[0]} to {known[1]}"
            problem(f"{arguments.experiment} has no run {wanted}", help, arguments)
            return 1
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    sys.stdout.buffer.write(text.encode())
    return 0
