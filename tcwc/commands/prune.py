"""`tcwc prune`: checkpoints of finished runs that are not needed any more."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.epochs import best_of
from tcwc.api.evaluating import evaluation_tasks
from tcwc.api.evaluation_states import evaluation_states
from tcwc.api.pruning import Prunable, prunable, prune, read_keep
from tcwc.api.results import results_of
from tcwc.api.selecting import select
from tcwc.api.status import status_of
from tcwc.api.work import tasks
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.selected import none_selected
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say
from tcwc.model.epochs import Epochs, is_best
from tcwc.model.printable import printable
from tcwc.model.words import how_many
from tcwc.outcomes.best import BestEpoch
from tcwc.outcomes.evaluation_state import DONE
from tcwc.outcomes.number_texts import number_text

_UNITS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def run(arguments: Namespace) -> int:
    """List checkpoints, and with --yes remove them; 0 done, 1 the source has errors, or something
    could not be removed, 2 wrong usage, 3 --only selects no run."""
    try:
        keep = read_keep(arguments.keep)
        compilation = compile(arguments.experiment, session=session_of(arguments))
        if shows_errors(compilation, arguments):
            return 1
        return _prune(compilation, keep, arguments)
    except STOPS as error:
        return stopped(error, arguments)


def _prune(compilation: Compilation, keep: Epochs, arguments: Namespace) -> int:
    runs = sorted(tasks(compilation), key=lambda each: each.index)
    rows = status_of(compilation, runs)
    chosen = select(compilation, arguments.only, rows)
    if not chosen and rows.runs:
        return none_selected(arguments.only, rows, arguments)
    measured = results_of(compilation).rows if is_best(keep) else ()
    best = best_of(compilation, keep, measured)
    if best is not None:
        say(f"kept: the last epoch of each run, and that with the {printable(best.words)}")
    found = list(prunable(compilation, runs, chosen, best, measured))
    for each in found:
        _show(each, arguments)
    finished = sum(row.state == "finished" for row in chosen)
    count = sum(len(each.checkpoints) for each in found)
    if not count:
        say(f"nothing to remove: {finished:,} of {len(chosen):,} runs are finished")
        return 0
    _tell_unmeasured(compilation, found, arguments)
    size = _size(sum(each.bytes for each in found))
    if not arguments.yes:
        whose = sum(bool(each.checkpoints) for each in found)
        them = "it" if count == 1 else "them"
        of_whom = f"{how_many(count, 'checkpoint')} of {how_many(whose, 'finished run')}"
        say(f"{of_whom}, {size}: --yes removes {them}")
        return 0
    return _remove(compilation, found, arguments)


def _tell_unmeasured(
    compilation: Compilation, found: Sequence[Prunable], arguments: Namespace
) -> None:
    """Say how many evaluations have no result, and lose the weights that they are of."""
    gone = {(each.task.run, one.name) for each in found for one in each.checkpoints}
    wanted = evaluation_tasks(compilation, [each.task for each in found])
    states = evaluation_states(compilation, wanted, os.environ)
    lost = (each for each, state in states if state not in DONE)
    count = sum((each.run, os.path.basename(each.weights)) in gone for each in lost)
    if count and not arguments.quiet:
        has = "has" if count == 1 else "have"
        what = how_many(count, "evaluation")
        say(f"{what} of them {has} no result, and none can be made of what is removed", sys.stderr)


def _show(each: Prunable, arguments: Namespace) -> None:
    names = ", ".join(checkpoint.name for checkpoint in each.checkpoints)
    goes = f"{_size(each.bytes)}  {printable(each.folder)}: {names}" if names else ""
    stays = _best(each.best, each.better) if each.best else ""
    if not arguments.quiet and (goes or stays):
        say(f"{each.task.run}  {'; '.join(filter(None, (goes, stays)))}")
    for why in dict.fromkeys(left.why for left in each.left):
        left_alone = [left.name for left in each.left if left.why == why]
        are = "is" if len(left_alone) == 1 else "are"
        say(f"{each.task.run}  {', '.join(left_alone)} {are} left alone: {why}", sys.stderr)


def _best(best: BestEpoch, better: BestEpoch | None) -> str:
    told = f"epoch {best.epoch} with {number_text(best.value)}"
    if better is None:
        return f"best is {told}"
    gone = f"epoch {better.epoch}, with {number_text(better.value)}, is not there any more"
    return f"best of what is there is {told}: {gone}"


def _remove(compilation: Compilation, found: Sequence[Prunable], arguments: Namespace) -> int:
    gone, size, code = 0, 0, 0
    for each in found:
        try:
            gone += len(prune(compilation, each))
            size += each.bytes
        except OSError as error:
            problem(
                f"{each.task.run}: {each.folder} cannot be pruned: {error.strerror or error}",
                "what was left of it is as it was",
                arguments,
            )
            code = 1
    say(f"removed {gone:,} checkpoints, {_size(size)}")
    return code


def _size(count: int) -> str:
    """Bytes for people."""
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"
