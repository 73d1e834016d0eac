"""`tcwc results --plot`: a metric drawn into files."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence

from tcwc.api.grouping import Grouped
from tcwc.api.results import Results
from tcwc.commands.findings import problem
from tcwc.commands.result_notes import none_counts, tell_notes, tell_selection
from tcwc.commands.terminal import say, tick
from tcwc.disk.whole import NewFile, bytes_at, replace_files
from tcwc.model.frozen import replace
from tcwc.model.limits import FIGURE
from tcwc.model.printable import shell_path
from tcwc.model.words import either
from tcwc.outcomes.picked import asked_for, of_metrics
from tcwc.outcomes.rows import LAST, STEP, ResultRow
from tcwc.report.figure import FORMS, MADE, draw
from tcwc.report.groups import notes
from tcwc.report.picture import NoPicture, picture_of

_INSTALL = "pip install 'tcwc[plot]'"


def plot(found: Results, with_steps: Callable[[], Results], arguments: Namespace) -> int:
    """Draw what was asked for; 0 drawn, 2 it cannot be drawn or written, 3 nothing counts.

    `with_steps` gives the results with all that was logged, which curves are made of. Raises
    NoMetric, BadGrouping.
    """
    paths = _paths(arguments)
    if not paths:
        names = either([f".{form}" for form in FORMS])
        problem(f"the name of {arguments.output} says no form", f"let it end in {names}", arguments)
        return 2
    chosen = replace(found, rows=_rows(found, with_steps, arguments.plot))
    groups = chosen.by(*arguments.by, over=arguments.over)
    if not groups.rows:
        return none_counts(chosen, arguments)
    try:
        made = draw(picture_of(groups), list(paths))
    except NoPicture as error:
        problem(error.message, error.help, arguments)
        return 2
    except ImportError as error:
        problem(f"--plot needs matplotlib: {error}", _INSTALL, arguments)
        return 2
    if not _written({path: made[form] for form, path in paths.items()}, arguments):
        return 2
    _tell(list(paths.values()), groups, chosen, arguments)
    return 0


def _paths(arguments: Namespace) -> dict[str, str]:
    """The files by their forms; none where a name says none."""
    if arguments.output is None:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", arguments.plot).strip("-.") or "metric"
        stem = os.path.join(os.path.dirname(arguments.experiment), f"results-{name[:60]}")
        return {form: f"{stem}.{form}" for form in FORMS[:2]}
    form = os.path.splitext(arguments.output)[1].lstrip(".").lower()
    return {form: arguments.output} if form in FORMS else {}


def _rows(found: Results, with_steps: Callable[[], Results], text: str) -> tuple[ResultRow, ...]:
    """The rows of a metric: where no statistic is asked for, all steps of what a training logged,
    else the last values. Raises NoMetric."""
    rows = of_metrics(found.rows, [text])
    if asked_for(text, {row.metric for row in rows}).statistic:
        return rows
    if not any(row.evaluation for row in rows):
        steps = of_metrics(with_steps().rows, [text])
        curves = tuple(row for row in steps if row.statistic == STEP)
        if curves:
            return curves
    return tuple(row for row in rows if row.statistic == LAST)


def _written(files: Mapping[str, bytes], arguments: Namespace) -> bool:
    """Whether files are written, where none is or one that was drawn here."""
    new = []
    for path, data in files.items():
        try:
            old = bytes_at(path, FIGURE.at_most)
        except OSError as error:
            return _not_written(path, error, arguments)
        if old is not None and MADE.encode() not in old:
            help = "name another file with -o, or remove that one"
            problem(f"{path} is there, and not a figure that tcwc drew", help, arguments)
            return False
        new.append(NewFile(path, data, old))
    try:
        replace_files(new)
    except OSError as error:
        return _not_written(error.filename or arguments.experiment, error, arguments)
    return True


def _not_written(path: str, error: OSError, arguments: Namespace) -> bool:
    help = "name a file that can be written with -o"
    problem(f"cannot write {path}: {error.strerror or error}", help, arguments)
    return False


def _tell(paths: Sequence[str], groups: Grouped, chosen: Results, arguments: Namespace) -> None:
    """Say what was written, and what is to be known of it."""
    say(f"{tick(sys.stdout)} wrote {', '.join(map(shell_path, paths))}")
    if not arguments.quiet:
        for line in notes(groups, "mean"):
            say(line, sys.stderr)
    tell_selection(chosen, chosen.rows, arguments)
    tell_notes(chosen, arguments)
