"""`tcwc run`: trains what is left of an experiment, on this machine."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence

from tcwc.api.begun import is_gone
from tcwc.api.clusters import chosen_profile
from tcwc.api.compilation import Compilation, compile
from tcwc.api.devices import machine_of
from tcwc.api.local import EndSignals, LocalJobs
from tcwc.api.local_script import (
    JobScript,
    check_trainer,
    here,
    kinds,
    prepare_here,
    script_of,
)
from tcwc.api.selecting import to_start
from tcwc.api.status import Status, status_of
from tcwc.api.submission import check_current
from tcwc.api.work import tasks
from tcwc.commands.findings import problem, show_findings, shows_errors
from tcwc.commands.halving import propose
from tcwc.commands.job_lines import called
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.run_evaluations import EvaluationWork, left_over
from tcwc.commands.run_lines import Lines, OneLine, announce, last_lines, tell_end
from tcwc.commands.selected import none_selected
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say, tick
from tcwc.jobs.exit_status import FINISHED, SIGNAL, ending
from tcwc.jobs.here.devices import VARIABLE
from tcwc.jobs.here.left import Remaining, left_of
from tcwc.jobs.here.machine import Machine
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.model.printable import shell_line
from tcwc.model.rules import MISSING_PATH
from tcwc.report.runs import numbered

_FAILED, _MISUSED = 1, 2
NONE = "none"
"""What `--devices` says for none."""


def run(arguments: Namespace) -> int:
    """Run what is left; 0 all of it is finished, 1 a run is not, or the source has errors, 2 wrong
    usage, 3 nothing is selected although not all is finished, 128 + n ended by a signal."""
    compilation = None
    if arguments.jobs is not None and arguments.jobs < 1:
        problem(f"--jobs {arguments.jobs} starts nothing", "write 1 or more", arguments)
        return _MISUSED
    try:
        session = session_of(arguments)
        compilation = compile(arguments.experiment, session=session)
        if shows_errors(compilation, arguments):
            return _FAILED
        check_current(compilation)
        profile = chosen_profile(compilation.place, session, arguments.cluster)
        if arguments.tries:
            from tcwc.commands.run_look import look

            return look(compilation, arguments, here(profile), NONE)
        return _run(compilation, profile, arguments)
    except STOPS as error:
        return stopped(error, arguments, compilation)


def _run(compilation: Compilation, profile: Profile | None, arguments: Namespace) -> int:
    every = sorted(tasks(compilation), key=lambda task: task.index)
    before = status_of(compilation, every, profile)
    words = words_of(arguments)
    if arguments.halve_batch or arguments.write:
        return propose(compilation, every, before, arguments)
    chosen = to_start(compilation, words, before)
    if not chosen.named:
        is_left = before.is_finished and not arguments.no_evaluate
        others = left_over(compilation, every, here(profile)) if is_left else []
        return _nothing(before, words, arguments, others)
    machine = machine_of(arguments.devices, arguments.jobs, none=NONE)
    rows = {row.run: row for row in chosen.named}
    left = left_of(
        [task for task in every if task.run in rows],
        rows,
        machine.refusal,
        is_gone,
        chosen={row.run for row in chosen.rows},
    )
    evaluations = EvaluationWork(
        compilation, every, machine, here(profile), arguments, others=not words
    )
    if left.begin:
        if not arguments.dry_run:
            check_trainer(compilation, here(profile))
        announce(compilation, left, before, machine, arguments)
        _tell_missing(compilation, arguments)
    work = _Work(
        compilation, profile, arguments, every, machine, chosen.replaced, set(rows), evaluations
    )
    return work.dry_run(left, before) if arguments.dry_run else work.run(left, before)


def _tell_missing(compilation: Compilation, arguments: Namespace) -> None:
    """Show which weights and data are not there: here, where each run would end without them."""
    missing = [each for each in compilation.diagnostics if each.rule is MISSING_PATH]
    show_findings(missing, compilation.sources, arguments, sys.stderr)


def _finished(rows: Iterable[RunStatus]) -> set[str]:
    """The ids of those runs that are finished."""
    return {row.run for row in rows if row.state == "finished"}


def words_of(arguments: Namespace) -> list[str]:
    """The words that select runs: those of `--only`, and the runs that are named."""
    return [*arguments.only, *([",".join(arguments.runs)] if arguments.runs else [])]


def _nothing(found: Status, words: list[str], arguments: Namespace, others: Sequence[str]) -> int:
    """Say that words select no run; all are finished, or there are others, or other work."""
    if found.is_finished and not others:
        if not arguments.quiet:
            say(f"{tick(sys.stdout)} {len(found):,} of {len(found):,} finished")
        return 0
    return none_selected(words, found, arguments, *others)


class _Work:
    """The jobs of one call."""

    def __init__(
        self,
        compilation: Compilation,
        profile: Profile | None,
        arguments: Namespace,
        every: list[Task],
        machine: Machine,
        replaced: tuple[str, ...],
        named: set[str],
        evaluations: EvaluationWork,
    ) -> None:
        self._compilation = compilation
        self._arguments = arguments
        self._every = every
        self._machine = machine
        self._replaced = replaced
        self._named = named
        self._evaluations = evaluations
        self._cluster = profile
        self._profile = here(profile)

    def dry_run(self, left: Remaining, before: Status) -> int:
        """Say what would be started; gives the exit code."""
        if not left.begin:
            status = tell_end(self._compilation, before, left, [], self._arguments)
            self._evaluations.dry_run(self._evaluations.left(self._trained(before)))
            return status
        script = script_of(self._compilation, self._profile)
        for task in left.begin:
            say(f"  {shell_line(script.command(*self._words(task)))}")
        trained = {task.run for task in left.begin} | self._trained(before)
        self._evaluations.dry_run(self._evaluations.left(trained))
        return 0

    def run(self, left: Remaining, before: Status) -> int:
        """Run them; gives the exit code."""
        signals = EndSignals()
        with signals.caught():
            status, after = self._trainings(left, before, signals)
            if after is not None and not signals.came:
                jobs = self._evaluations.left(self._trained(after))
                status = self._evaluations.run(jobs, signals, self._starter) or status
        return SIGNAL + signals.came[0] if signals.came else status

    def _trained(self, found: Status) -> set[str]:
        """The runs of this call that are finished."""
        return _finished(row for row in found if row.run in self._named)

    def _trainings(
        self, left: Remaining, before: Status, signals: EndSignals
    ) -> tuple[int, Status | None]:
        """Train; gives the exit code and what became of the runs, None where none was begun."""
        if not left.begin:
            return tell_end(self._compilation, before, left, [], self._arguments), before
        script = prepare_here(self._compilation, self._every, self._profile)
        status = self._smoke(left, script, signals) if self._arguments.smoke else 0
        if status or signals.came:
            return status, None
        return self._train(left, before, script, signals)

    def _smoke(self, left: Remaining, script: JobScript, signals: EndSignals) -> int:
        """Try a run of each kind for two steps; the exit code says whether all went well."""
        tried = kinds(self._compilation, left.begin)
        if not self._arguments.quiet:
            say(f"trying {numbered([task.run for task in tried])} for two steps")
        jobs = self._jobs(script, "--smoke")
        bad = [
            job
            for job in jobs.run(tried, OneLine(self._arguments), signals)
            if job.status != FINISHED
        ]
        for job in bad:
            problem(
                f"{called(job.task)} cannot be trained: {ending(job.status)}, after two steps or "
                "before; no run was begun",
                f"the end of {job.log}:",
                self._arguments,
                example=[f"  {line}" for line in last_lines(job.log)],
            )
        return _FAILED if bad else 0

    def _train(
        self, left: Remaining, before: Status, script: JobScript, signals: EndSignals
    ) -> tuple[int, Status]:
        """Train the runs; gives the exit code, and what became of them."""
        lines = Lines(self._compilation, before, self._cluster, self._arguments)
        try:
            ended = self._jobs(script).run(left.begin, lines, signals)
        finally:
            lines.close()
        after = status_of(self._compilation, self._every, self._cluster)
        return tell_end(self._compilation, after, left, ended, self._arguments), after

    def _jobs(self, script: JobScript, *options: str) -> LocalJobs:
        return self._starter(lambda task: script.command(*self._words(task), *options), script)

    def _starter(self, command: Callable[[Task], Sequence[str]], script: JobScript) -> LocalJobs:
        return LocalJobs(
            self._machine,
            command,
            script.folder,
            script.logs,
            {VARIABLE: ""} if self._arguments.devices == NONE else {},
        )

    def _words(self, task: Task) -> list[str]:
        return [task.run, *(["--replace"] if task.run in self._replaced else [])]
