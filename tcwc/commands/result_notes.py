"""What is said beside results: what is left out of them, and what could not be read."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence

from tcwc.api.results import Results
from tcwc.commands.findings import problem
from tcwc.commands.selected import NOTHING
from tcwc.commands.terminal import say
from tcwc.disk.folder import MAPPING
from tcwc.model.printable import shell_path
from tcwc.model.words import how_many
from tcwc.outcomes.rows import ResultRow
from tcwc.report.runs import numbered

_MOST = 10
"""Notes that are told where nobody asks for all."""


def tell_notes(found: Results, arguments: Namespace) -> None:
    """Say what is left out of results, and what could not be read."""
    if not arguments.quiet:
        tell_lines((*found.left_out, *found.notes), arguments)
        for line in (*found.advice, *_retired(found)):
            say(line, sys.stderr)


def _retired(found: Results) -> Iterator[str]:
    """Which runs are gone from the experiment, though they were trained."""
    if found.retired:
        mapping = shell_path(os.path.relpath(os.path.join(found.compilation.folder, MAPPING)))
        is_one = len(found.retired) == 1
        are, they, come = ("is", "it", "comes") if is_one else ("are", "they", "come")
        yield (
            f"{how_many(len(found.retired), 'trained run')} that the experiment no longer has "
            f"{are} left out: {numbered(found.retired)}; {mapping} says what {they} {are}, and "
            f"with the same levels {they} {come} back"
        )


def tell_selection(found: Results, rows: Iterable[ResultRow], arguments: Namespace) -> None:
    """Say that what is shown is what epochs were chosen by, of which the best is no fair score; and
    which runs are not in a table, as other evaluations are not of their best epochs."""
    rows, best = tuple(rows), found.epochs.best
    if not (arguments.by or arguments.over or arguments.quiet):  # which tell what they lack
        tell_lines(tuple(found.epochs.unmeasured(rows)), arguments)
    if best and not arguments.quiet and any(best.is_of(r.evaluation, r.metric) for r in rows):
        say(
            f"{best.name} chose the epochs of which it is shown, which flatters it: choose them by "
            "what is not reported, such as a validation loss",
            sys.stderr,
        )


def tell_lines(lines: Sequence[str], arguments: Namespace) -> None:
    """Say some lines, or all with -v."""
    shown = lines if arguments.verbose else lines[:_MOST]
    for line in shown:
        say(line, sys.stderr)
    if len(lines) > len(shown):
        say(f"... and {len(lines) - len(shown):,} more (-v tells all)", sys.stderr)


def none_counts(found: Results, arguments: Namespace) -> int:
    """Say that there are results, none of which counts. Gives the exit code."""
    path = shell_path(arguments.experiment)
    help = f"`tcwc status {path}` says why, `tcwc results {path} --format csv` has what is there"
    problem("no result is of what the experiment is by now", help, arguments)
    tell_notes(found, arguments)
    return NOTHING
