"""`tcwc explain`: where each value of a run comes from, and what reads it."""

from __future__ import annotations

import sys
from argparse import Namespace

from tcwc.api.compilation import Compilation
from tcwc.api.runs import Run
from tcwc.commands.findings import problem
from tcwc.commands.runs import open_run
from tcwc.commands.terminal import give, paint_for, say
from tcwc.config.walk import leaves
from tcwc.model.frozen import replace
from tcwc.model.ir import format_path
from tcwc.model.outside import without_theirs
from tcwc.model.words import either, nearest
from tcwc.report.explanation import document, lines
from tcwc.report.json_text import json_text


def run(arguments: Namespace) -> int:
    """Explain a run; 0 done, 1 the source has errors or no such run or path, 2 unreadable."""
    opened = open_run(arguments)
    return opened if isinstance(opened, int) else _explain(*opened, arguments)


def _explain(compilation: Compilation, run: Run, arguments: Namespace) -> int:
    path = compilation.path(arguments.path) if arguments.path is not None else ()
    if isinstance(path, str):
        problem(f"{run.id} has no `{arguments.path}`", path, arguments)
        return 1
    explanation = compilation.explain(run, path, everything=arguments.verbose)
    if path and not explanation.origins:
        problem(f"{run.id} has no `{arguments.path}`", _near(run, arguments.path), arguments)
        return 1
    if arguments.format == "json":
        told = without_theirs(document(explanation), compilation.shown)
        give(json_text(told) + "\n")
        return 0
    paint = paint_for(arguments.color, sys.stdout)
    if compilation.is_veiled:
        paint = replace(paint, colour=False)  # the marks of a style are no text of the repository
    for line in lines(explanation, paint):
        say(compilation.shown(line))
    return 0


def _near(run: Run, wanted: str) -> str:
    near = nearest(wanted, [format_path(path) for path, _ in leaves(run.config)])
    if near:
        return f"did you mean {either([f'`{name}`' for name in near])}?"
    return f"`tcwc show` prints the config of {run.id}"
