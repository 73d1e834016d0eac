"""`tcwc show`: the config of one run, or the base of all, on stdout."""

from __future__ import annotations

from argparse import Namespace

from tcwc.api.compilation import compile
from tcwc.commands.diff import BASE
from tcwc.commands.findings import shows_errors
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.runs import open_run
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give


def run(arguments: Namespace) -> int:
    """Print a config; 0 printed, 1 the source has errors or no such run, 2 unreadable."""
    if arguments.run == BASE:
        return _base(arguments)
    opened = open_run(arguments)
    if isinstance(opened, int):
        return opened
    _, found = opened
    give(found.text)
    return 0


def _base(arguments: Namespace) -> int:
    """Print what all runs begin with, of an experiment with errors too: who writes one looks."""
    try:
        compilation = compile(arguments.experiment, session=session_of(arguments))
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    experiment = compilation.experiment
    if experiment is None:
        shows_errors(compilation, arguments)
        return 1
    emit = experiment.target.emit
    give("".join(emit(key, value) for key, value in experiment.base.values.items()))
    return 0
