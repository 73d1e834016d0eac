"""`tcwc results`: what came out of the runs of an experiment."""

from __future__ import annotations

import sys
from argparse import Namespace

from tcwc.api.compilation import compile
from tcwc.api.results import Results, results
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.selected import NOTHING, none_selected
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, paint_for, say
from tcwc.model.frozen import replace
from tcwc.model.lazy import load
from tcwc.model.printable import shell_path
from tcwc.report.formats import RESULTS
from tcwc.report.results import ResultsFormat
from tcwc.results.picked import NoMetric, of_metrics

_MOST = 10
"""Notes that are told where nobody asks for all."""


def run(arguments: Namespace) -> int:
    """Show results; 0 shown, 1 the source has errors, 2 unreadable, 3 there is nothing to show."""
    try:
        session = session_of(arguments)
        compilation = compile(arguments.experiment, session=session)
        if shows_errors(compilation, arguments):
            return 1
        found = results(
            compilation,
            steps=arguments.steps,
            only=arguments.only,
            cluster=arguments.cluster,
            session=session,
        )
        if arguments.only and not found.status.runs:
            return none_selected(arguments.only, found.status, arguments)
        if not found.rows:
            return _nothing(found, arguments)
        found = replace(found, rows=of_metrics(found.rows, arguments.metric))
    except NoMetric as error:
        problem(error.message, error.help, arguments)
        return NOTHING
    except STOPS as error:
        return stopped(error, arguments)
    _show(found, arguments)
    return 0


def _show(found: Results, arguments: Namespace) -> None:
    form: ResultsFormat = load(RESULTS[arguments.format][0])
    for piece in form.pieces(found, paint_for(arguments.color, sys.stdout), arguments.verbose):
        (say if form.is_text else give)(piece)
    if not arguments.quiet:
        _told((*found.left_out, *found.notes), arguments)
        for line in found.advice:
            say(line, sys.stderr)


def _told(lines: tuple[str, ...], arguments: Namespace) -> None:
    shown = lines if arguments.verbose else lines[:_MOST]
    for line in shown:
        say(line, sys.stderr)
    if len(lines) > len(shown):
        say(f"... and {len(lines) - len(shown):,} more (-v tells all)", sys.stderr)


def _nothing(found: Results, arguments: Namespace) -> int:
    """Say that there are no results, and why: an empty table would look like success."""
    path = shell_path(arguments.experiment)
    begun = set(found.status.counts) - {"never_started"}
    help = f"`tcwc status {path}` says what became of the runs"
    problem("there are no results", help if begun else "no run was started yet", arguments)
    if not arguments.quiet:
        _told((*found.notes, *found.advice), arguments)
    return NOTHING
