"""`tcwc results`: what came out of the runs of an experiment."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from functools import partial
from itertools import chain

from tcwc.api.compilation import compile
from tcwc.api.grouping import BadGrouping
from tcwc.api.results import Results, results
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.result_notes import none_counts, tell_lines, tell_notes, tell_selection
from tcwc.commands.selected import NOTHING, none_selected
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, paint_for, say
from tcwc.model.epochs import NoEpochs
from tcwc.model.frozen import replace
from tcwc.model.lazy import load
from tcwc.model.printable import shell_path
from tcwc.model.words import listed
from tcwc.outcomes.picked import NoMetric, of_metrics, that_came_out
from tcwc.outcomes.rows import ResultRow
from tcwc.report.formats import GROUPS, RESULTS
from tcwc.report.groups import GroupsFormat
from tcwc.report.results import ResultsFormat

_TABLES = ("table", "markdown")
"""The forms for people."""


def run(arguments: Namespace) -> int:
    """Show results; 0 shown, 1 the source has errors, 2 wrong usage, or unreadable, 3 there is
    nothing to show."""
    if (misuse := _misuse(arguments)) is not None:
        problem(*misuse, arguments)
        return 2
    try:
        session = session_of(arguments)
        compilation = compile(arguments.experiment, session=session)
        if shows_errors(compilation, arguments):
            return 1
        look = partial(
            results,
            compilation,
            epochs=arguments.epochs,
            only=arguments.only,
            cluster=arguments.cluster,
            session=session,
        )
        found = look(steps=arguments.steps)
        if arguments.only and not found.status.runs:
            return none_selected(arguments.only, found.status, arguments)
        if not found.rows:
            return _nothing(found, arguments)
        if arguments.plot is not None:
            from tcwc.commands.plotting import plot

            return plot(found, lambda: look(steps=True), arguments)
        code = _shown(replace(found, rows=(rows := _asked(found, arguments))), arguments)
        _tell_beside(found, rows, arguments)
        tell_selection(found, rows, arguments)
        return code
    except (NoMetric, NoEpochs) as error:
        problem(error.message, error.help, arguments)
        return NOTHING
    except BadGrouping as error:
        problem(error.message, error.help, arguments)
        return 2
    except STOPS as error:
        return stopped(error, arguments)


def _misuse(arguments: Namespace) -> tuple[str, str] | None:
    """What is wrong with options that do not go together, and the way out."""
    if arguments.plot is None:
        if arguments.output is not None:
            return "-o names the file of a figure", "add --plot METRIC; of a table write `> FILE`"
        return None
    if arguments.metric or arguments.steps:
        given = "--steps" if arguments.steps else "--metric"
        return f"--plot draws one metric, and takes no {given}", f"leave {given} out"
    return None


def _asked(found: Results, arguments: Namespace) -> tuple[ResultRow, ...]:
    """The rows that somebody asked for; in a table what came out, where nobody did. Raises
    NoMetric."""
    is_grouped = arguments.by or arguments.over  # else each would be a column of its own
    every = arguments.format not in _TABLES or (arguments.verbose and is_grouped)
    rows = of_metrics(found.rows, arguments.metric, every=every)
    is_all = arguments.metric or arguments.verbose or arguments.format not in _TABLES
    return rows if is_all else that_came_out(rows, found.beside)


def _tell_beside(found: Results, rows: tuple[ResultRow, ...], arguments: Namespace) -> None:
    """Say which metrics are not shown though nobody chose."""
    there = {row.metric for row in found.rows} - {row.metric for row in rows}
    left = [each for each in found.beside if each in there]
    if left and not (arguments.metric or arguments.quiet):
        them = "it" if len(left) == 1 else "them"
        say(f"logged, too: {listed(left)} (-v shows {them})", sys.stderr)


def _shown(found: Results, arguments: Namespace) -> int:
    """Show results, or what they come to by factors. Raises BadGrouping."""
    paint = paint_for(arguments.color, sys.stdout)
    if not (arguments.by or arguments.over):
        form: ResultsFormat = load(RESULTS[arguments.format][0])
        pieces = iter(form.pieces(found, paint, arguments.verbose))
        first = next(pieces, None)
        if first is None:
            return none_counts(found, arguments)
        _print(chain([first], pieces), is_text=form.is_text)
        tell_notes(found, arguments)
        return 0
    groups = found.by(*arguments.by, over=arguments.over)
    if not groups.rows:
        return none_counts(found, arguments)
    pooled: GroupsFormat = load(GROUPS[arguments.format])
    _print(pooled.pieces(groups, paint, arguments.verbose), is_text=pooled.is_text)
    tell_notes(found, arguments)
    return 0


def _print(pieces: Iterable[str], *, is_text: bool) -> None:
    for piece in pieces:
        (say if is_text else give)(piece)


def _nothing(found: Results, arguments: Namespace) -> int:
    """Say that there are no results, and why: an empty table would look like success."""
    path = shell_path(arguments.experiment)
    begun = set(found.status.counts) - {"never_started"}
    help = f"`tcwc status {path}` says what became of the runs"
    none = "none of these runs was started yet" if arguments.only else "no run was started yet"
    problem("there are no results", help if begun else none, arguments)
    if not arguments.quiet:
        tell_lines((*found.notes, *found.advice), arguments)
    return NOTHING
