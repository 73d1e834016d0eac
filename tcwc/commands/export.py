"""`tcwc export`: the weights that runs left, or will leave, and the commands that train them."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator

from tcwc.api.clusters import chosen_profile
from tcwc.api.compilation import Compilation, compile
from tcwc.api.epochs import chosen_epochs
from tcwc.api.exporting import exported
from tcwc.api.results import results_of
from tcwc.api.selecting import select
from tcwc.api.status import status_of
from tcwc.api.work import tasks
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.selected import NOTHING, none_selected
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, say
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.model.epochs import ALL, LAST, Epochs, is_best, read_epochs
from tcwc.model.frozen import replace
from tcwc.model.lazy import load
from tcwc.model.weights import BASE
from tcwc.outcomes.chosen import ChosenEpochs
from tcwc.outcomes.exported import Exported
from tcwc.report.export import ExportFormat
from tcwc.report.formats import EXPORT

_MOST = 5
"""Runs of which is told, each, why nothing is known of them."""


def run(arguments: Namespace) -> int:
    """Give rows, or commands; 0 given, 1 the source has errors, or with --commands some runs have
    no command, 2 wrong usage or unreadable, 3 there is nothing of what is asked for."""
    compilation = None
    try:
        epochs = read_epochs(arguments.epochs)
        session = session_of(arguments)
        compilation = compile(arguments.experiment, session=session)
        if shows_errors(compilation, arguments):
            return 1
        profile = chosen_profile(compilation.place, session, arguments.cluster)
        if arguments.commands:
            from tcwc.commands.export_commands import give_commands

            return give_commands(compilation, profile, arguments)
        return _rows(compilation, profile, epochs, arguments)
    except STOPS as error:
        return stopped(error, arguments, compilation)


def _rows(
    compilation: Compilation, profile: Profile | None, epochs: Epochs, arguments: Namespace
) -> int:
    every = sorted(tasks(compilation), key=lambda task: task.index)
    found = status_of(compilation, every, profile)
    chosen = replace(found, runs=tuple(select(compilation, arguments.only, found)))
    if arguments.only and not chosen.runs:
        return none_selected(arguments.only, found, arguments)
    measured = results_of(compilation, profile).rows if is_best(epochs) else ()
    meant = chosen_epochs(compilation, epochs, _of(every, chosen), measured)
    unknown: dict[str, str] = {}
    every_row = exported(compilation, every, chosen, unknown.__setitem__)
    rows = _wanted(_with_best(every_row, meant, unknown), meant, arguments)
    form: ExportFormat = load(EXPORT[arguments.format][0])
    given = False
    for piece in form(rows):
        given = True
        give(piece)
    if not arguments.quiet:
        _tell(unknown)
    return 0 if given else _nothing(arguments)


def _nothing(arguments: Namespace) -> int:
    """Say that there are no weights of what was asked for: no line would look like success."""
    kinds = " or ".join(arguments.kind)
    what = f"there are no {kinds} weights" if kinds else "there are no weights"
    epochs = "" if arguments.epochs == ALL else f" of --epochs {arguments.epochs}"
    problem(what + epochs, "`tcwc export` without --kind and --epochs lists all", arguments)
    return NOTHING


def _of(tasks: Iterable[Task], chosen: Iterable[RunStatus]) -> list[Task]:
    """The tasks of some runs."""
    wanted = {row.run for row in chosen}
    return [task for task in tasks if task.run in wanted]


def _with_best(
    rows: Iterator[Exported], meant: ChosenEpochs, unknown: dict[str, str]
) -> Iterator[Exported]:
    """The rows, and then in `unknown` why there is none of the best epoch of a run."""
    there = set()
    for row in rows:
        if meant.has(row.run, row.epoch, is_last=row.last):
            there.add(row.run)
        yield row
    for run, best in meant.of_runs.items():
        if run not in there:
            gone = "its best epoch, {}, is not there any more"
            unknown[run] = best if isinstance(best, str) else gone.format(best.epoch)


def _wanted(
    rows: Iterator[Exported], meant: ChosenEpochs, arguments: Namespace
) -> Iterator[Exported]:
    """The rows of the kinds and epochs that are asked for."""
    bases: list[Exported] = []
    for row in rows:
        if arguments.kind and row.kind not in arguments.kind:
            continue
        if row.kind == BASE:
            bases.append(row)
        elif meant.has(row.run, row.epoch, is_last=row.last):
            yield from bases
            bases.clear()
            yield row
    if meant.epochs in (LAST, ALL) or arguments.kind == [BASE]:
        yield from bases  # beside an epoch that no run has, they would look like an answer


def _tell(unknown: dict[str, str]) -> None:
    """Say of which runs there are no rows, and why."""
    for run, why in list(unknown.items())[:_MOST]:
        say(f"{run} is left out: {why}", sys.stderr)
    if len(unknown) > _MOST:
        say(f"... and {len(unknown) - _MOST:,} more", sys.stderr)
