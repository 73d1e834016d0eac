"""`tcwc slurm`: write the scripts that submit the runs of an experiment."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.evaluation_states import evaluation_states, jobs_left, left_in_jobs
from tcwc.api.finder import environment_of
from tcwc.api.selecting import Startable, to_start
from tcwc.api.status import Status, status_of
from tcwc.api.submission import (
    Submission,
    check_current,
    check_tasks,
    prepare,
    resuming,
    write,
)
from tcwc.api.work import tasks
from tcwc.builds.matching import number_in, run_id
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.halving import propose
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.profiles import profile_for
from tcwc.commands.selected import NOTHING
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say, tick
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.bill import bill
from tcwc.jobs.task import Task
from tcwc.model.printable import shell_line
from tcwc.model.ranges import neighbours
from tcwc.outcomes.evaluation_state import STALE
from tcwc.report.runs import numbered


def run(arguments: Namespace) -> int:
    """Write scripts; 0 written, 1 they cannot be of this experiment, 2 they could not be written,
    3 a selection matches no run."""
    compilation = None
    try:
        session = session_of(arguments)
        session.takes_only_cluster = True  # no other command is of a cluster alone
        compilation = compile(arguments.experiment, session=session)
        if shows_errors(compilation, arguments):
            return 1
        if arguments.suggest:
            from tcwc.commands.suggesting import suggest_times

            return suggest_times(compilation, session, arguments)
        check_current(compilation)
        profile = profile_for(compilation, session, arguments)
        return _submission(compilation, profile, arguments)
    except STOPS as error:
        return stopped(error, arguments, compilation)


def _submission(compilation: Compilation, profile: Profile, arguments: Namespace) -> int:
    every = sorted(tasks(compilation), key=lambda task: task.index)
    variables = environment_of(profile)
    if arguments.halve_batch or arguments.write:
        return propose(compilation, every, status_of(compilation, every, profile), arguments)
    check_tasks(compilation, every, profile, variables)
    made = prepare(compilation, every, profile, remake=_typed(arguments), variables=variables)
    found = status_of(compilation, every, profile)
    chosen = to_start(compilation, arguments.only, found)
    states = evaluation_states(compilation, made.evaluations, variables)
    next = _Next(every, found, chosen, states, is_all=not arguments.only)
    if next.is_nothing:
        help = "those are: `--only changed`" if "changed" in chosen.why else ""
        problem(f"no run is to be submitted: {chosen.why}", help, arguments)
        return NOTHING
    changed = write(made, force=arguments.force)
    if not arguments.quiet:
        _tell(made, every, changed, next.bill)
    if found.is_finished:
        say(f"{len(found):,} of {len(found):,} finished")
    if (next.evaluations or not found.is_finished) and not arguments.quiet:
        say(f"Next: {made.next}{next.words}")
    return 0


class _Next:
    """What the next command submits: of all runs, or (not `is_all`) of those that are named."""

    def __init__(
        self,
        every: Sequence[Task],
        found: Status,
        chosen: Startable,
        states: Sequence[tuple[EvaluationTask, str]],
        *,
        is_all: bool,
    ) -> None:
        self._found, self._chosen, self._is_all = found, chosen, is_all
        finished = {row.run for row in chosen.named if row.state == "finished"}
        jobs = jobs_left(states, every, finished, others=False)
        self._measured = set() if is_all else {each.run for each in jobs}
        self._runs = _billed(every, found, chosen) if is_all or chosen.rows else []
        begun = {task.run for task in self._runs}  # whose results are of weights that are no more
        states = [(each, STALE if each.run in begun else state) for each, state in states]
        trained = finished | begun
        self.evaluations = left_in_jobs(states, every, trained, others=is_all)

    @property
    def is_nothing(self) -> bool:
        """Whether what `--only` names is neither to be trained nor evaluated, though there is
        something to do of other runs."""
        return bool(self._is_named and not self._named)

    @property
    def _is_named(self) -> bool:
        return not self._is_all and bool(self._measured or not self._found.is_finished)

    @property
    def _named(self) -> set[str]:
        return self._measured | {row.run for row in self._chosen.rows}

    @property
    def words(self) -> str:
        """The options of submit.sh that choose it."""
        if self._is_named:
            return _words(sorted(self._named), has_changed=bool(self._chosen.replaced))
        # The others are finished, or on their way.
        has_changed = not self._chosen.rows and self._found.counts.get("changed")
        return " --only changed" if has_changed else ""

    @property
    def bill(self) -> str:
        """What it takes; "" where it is nothing."""
        return bill(self._runs, self.evaluations) if self._runs or self.evaluations else ""


def _words(runs: Sequence[str], *, has_changed: bool) -> str:
    """The options of submit.sh that name these runs, and no others."""
    parts = neighbours(sorted(map(number_in, runs)))
    ids = (run_id(low) if low == high else f"{run_id(low)}..{run_id(high)}" for low, high in parts)
    return (" --only changed,missing" if has_changed else "") + f" --only {','.join(ids)}"


def _typed(arguments: Namespace) -> str:
    """The command that writes the scripts again, as it is typed in the run directory."""
    words = ["tcwc", "slurm", os.path.basename(arguments.experiment)]
    if arguments.cluster:
        name = arguments.cluster
        if os.path.isfile(name):  # seen from there
            start = os.path.dirname(os.path.abspath(arguments.experiment))
            name = os.path.relpath(name, start)
            name = name if os.path.dirname(name) else os.path.join(os.curdir, name)
        words += ["--cluster", name]
    return shell_line(words)


def _billed(every: Sequence[Task], found: Status, chosen: Startable) -> list[Task]:
    """The runs that the next command submits; all that are left where that cannot be told."""
    rows = chosen.rows or tuple(row for row in found.runs if row.state == "changed")
    ids = {row.run for row in rows or found.runs if row.state != "finished"}
    return [task for task in every if task.run in ids]


def _tell(made: Submission, every: list[Task], changed: list[str], billed: str) -> None:
    folder = os.path.relpath(made.folder)
    what = f"wrote {', '.join(changed)} to" if changed else "nothing to write in"
    say(f"{tick(sys.stdout)} {what} {folder}/")
    for words, runs in resuming(every):
        if len(runs) == len(every):
            each = f"each of the {len(runs):,} runs" if len(runs) > 1 else "the run"
            say(f"  after an end in the middle, {each} {words}")
        else:
            say(f"  {numbered(runs)}: {words}")
    for word in made.sheet.left_out:
        say(f"  left out, as the profile says that the site refuses it: {word}")
    if billed:
        say(f"  {billed}")
