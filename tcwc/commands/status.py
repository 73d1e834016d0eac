"""`tcwc status`: what became of the runs of an experiment."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.selecting import select
from tcwc.api.status import Status, status
from tcwc.commands.findings import shows_errors
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.selected import none_selected
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, paint_for, say
from tcwc.disk.folder import MAPPING
from tcwc.jobs.selection import MISSING
from tcwc.jobs.states.rows import RunStatus
from tcwc.model.frozen import replace
from tcwc.model.job_files import JOBS, SUBMITTER
from tcwc.model.lazy import load
from tcwc.model.printable import shell_path
from tcwc.model.words import how_many
from tcwc.outcomes.evaluation_state import cannot_be_made
from tcwc.report.formats import STATUS
from tcwc.report.status import StatusFormat


def run(arguments: Namespace) -> int:
    """Show a status; 0 shown, 1 the source has errors, or with --check not all is finished, 2
    unreadable, 3 nothing is selected."""
    try:
        session = session_of(arguments)
        compilation = compile(arguments.experiment, session=session)
        if shows_errors(compilation, arguments):
            return 1
        found = status(compilation, cluster=arguments.cluster, session=session)
        chosen = _chosen(found, select(compilation, arguments.only, found), arguments)
    except STOPS as error:
        return stopped(error, arguments)
    if arguments.only and not chosen.runs:
        return none_selected(arguments.only, found, arguments, *_failed(compilation, found))
    _show(chosen, arguments)
    if not arguments.quiet:
        _next(compilation, found, arguments)
    return 1 if arguments.check and not chosen.is_finished else 0


def _chosen(found: Status, runs: Sequence[RunStatus], arguments: Namespace) -> Status:
    """What is shown: some runs, and which evaluations of these failed."""
    ids = {each.run for each in runs} | (set() if arguments.only else {""})
    failed = tuple(each for each in found.failed_evaluations if each.run in ids)
    return replace(found, runs=tuple(runs), failed_evaluations=failed)


def _failed(compilation: Compilation, found: Status) -> Iterator[str]:
    """That evaluations failed, which no word selects."""
    if count := len(found.failed_evaluations):
        path = shell_path(compilation.place.path)
        yield f"{how_many(count, 'evaluation')} failed: `tcwc status {path} -v` lists them"


def _show(found: Status, arguments: Namespace) -> None:
    form: StatusFormat = load(STATUS[arguments.format][0])
    for piece in form.pieces(found, paint_for(arguments.color, sys.stdout), arguments.verbose):
        (say if form.is_text else give)(piece)


def _left(
    compilation: Compilation, found: Status, path: str, arguments: Namespace
) -> Iterator[str]:
    """What there is to be typed for runs that ended, by how they did."""
    script = os.path.join(compilation.folder, JOBS, found.cluster, SUBMITTER)
    is_queued = bool(found.cluster) and os.path.exists(script)
    start = f"bash {shell_path(os.path.relpath(script))}" if is_queued else f"tcwc run {path}"
    has_oom = any(row.reason == "oom" for row in found.runs if row.state == "failed")
    again = [row for row in found.runs if row.state in MISSING and row.reason != "oom"]
    if again:
        yield f"Next: `{start}` begins what is left"
    elif found.is_finished and any(each.left for each in found.evaluations):
        yield f"Next: `{start}` evaluates what is left"
    if found.failed_evaluations and not arguments.verbose:
        yield f"evaluations failed: `tcwc status {path} -v` says which, and where their logs are"
    if pruned := sum(each.pruned for each in found.evaluations):
        yield cannot_be_made(pruned)
    if has_oom:
        yield f"out of memory: `tcwc run {path} --only oom --halve-batch` shows half the batch"
    if found.counts.get("changed"):
        yield f"changed: `{start} --only changed` trains anew, and keeps what is there"


def _next(compilation: Compilation, found: Status, arguments: Namespace) -> None:
    """Say what to type for runs that are not finished, nor on their way."""
    path = shell_path(compilation.place.path)
    if set(found.counts) - {"never_started"}:
        for line in _left(compilation, found, path, arguments):
            say(line, sys.stderr)
        return
    if not os.path.exists(os.path.join(compilation.folder, MAPPING)):
        say(f"nothing is built yet: `tcwc build {path}`, then:", sys.stderr)
    say(f"nothing was started yet: `tcwc run {path}` runs all on this machine,", sys.stderr)
    say(f"`tcwc slurm {path}` makes the array for a cluster", sys.stderr)
