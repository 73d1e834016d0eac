"""The evaluations that `tcwc run` does after trainings."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Collection, Sequence

from tcwc.api.begun import was_killed
from tcwc.api.compilation import Compilation
from tcwc.api.evaluating import evaluation_tasks
from tcwc.api.evaluation_states import evaluation_states, jobs_left
from tcwc.api.finder import Finder, environment_of
from tcwc.api.local import EndSignals, LocalJobs
from tcwc.api.local_evaluations import evaluation_script_of, prepare_evaluations
from tcwc.api.local_script import JobScript
from tcwc.commands.evaluation_lines import EvaluationLines
from tcwc.commands.findings import problem
from tcwc.commands.terminal import say, tick
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.job import EvaluationJob
from tcwc.jobs.exit_status import FINISHED
from tcwc.jobs.here.machine import Machine
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.task import Task
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.words import how_many
from tcwc.outcomes.evaluation_state import DONE, EVALUATED, PRUNED, cannot_be_made
from tcwc.report.runs import numbered

Starter = Callable[[Callable[[Task], Sequence[str]], JobScript], LocalJobs]
"""Makes what starts jobs, by their commands."""


class EvaluationWork:
    """The evaluations of one call: of runs that are named, and where `others` of no run's."""

    def __init__(
        self,
        compilation: Compilation,
        every: Sequence[Task],
        machine: Machine,
        profile: Profile,
        arguments: Namespace,
        *,
        others: bool,
    ) -> None:
        self._compilation = compilation
        self._every = every
        self._machine = machine
        self._profile = profile
        self._arguments = arguments
        self._others = others
        is_wanted = not arguments.no_evaluate
        self._tasks = evaluation_tasks(compilation, every) if is_wanted else []

    def _states(
        self, tasks: Sequence[EvaluationTask] | None = None
    ) -> list[tuple[EvaluationTask, str]]:
        asked = self._tasks if tasks is None else tasks
        return evaluation_states(self._compilation, asked, environment_of(self._profile))

    def _were_killed(self, tasks: Sequence[EvaluationTask]) -> bool:
        """Whether all of some evaluations that have no result were killed on this machine."""
        finder = Finder(self._compilation, environment_of(self._profile))
        left = [task for task, state in self._states(tasks) if state not in DONE]
        return bool(left) and all(was_killed(finder.attempts(each)) for each in left)

    def left(self, trained: Collection[str]) -> list[EvaluationJob]:
        """Those without a result, of the runs that are trained, by their ids."""
        return jobs_left(self._states(), self._every, trained, others=self._others)

    def dry_run(self, jobs: Sequence[EvaluationJob]) -> None:
        """Say what would be started."""
        script = evaluation_script_of(self._compilation, self._profile)
        for job in jobs:
            say(f"  {shell_line(script.command(job.word))}")

    def run(self, jobs: Sequence[EvaluationJob], signals: EndSignals, starter: Starter) -> int:
        """Do them; gives the exit code."""
        if not jobs:
            return self._tell([])
        fitting, bad = self._announce(jobs)
        words = {job.task.run: job.word for job in fitting}
        script = prepare_evaluations(self._compilation, self._tasks, self._every, self._profile)
        tasks = {job.task.run: job.tasks for job in fitting}
        lines = EvaluationLines(tasks, self._were_killed, self._arguments)
        try:
            ended = starter(lambda task: script.command(words[task.run]), script).run(
                [job.task for job in fitting], lines, signals
            )
        finally:
            lines.close()
        failed = {job.task.run for job in ended if job.status != FINISHED}
        return self._tell([*bad, *(job for job in fitting if job.task.run in failed)])

    def _announce(
        self, jobs: Sequence[EvaluationJob]
    ) -> tuple[list[EvaluationJob], list[EvaluationJob]]:
        """Say what is to be done; gives what has a place here, and what has none."""
        refused = {job.task.run: self._machine.refusal(job.task) for job in jobs}
        fitting = [job for job in jobs if not refused[job.task.run]]
        count = self._machine.groups([job.task for job in fitting])
        at_a_time = f", {count} at a time" if len(fitting) > 1 else ""
        if not self._arguments.quiet:
            total = sum(len(job.tasks) for job in fitting)
            say(f"{how_many(total, 'evaluation')} to go{at_a_time}")
            for run, why in refused.items():
                if why:
                    say(f"  {run} is not evaluated: {why}")
        return fitting, [job for job in jobs if refused[job.task.run]]

    def _tell(self, bad: Sequence[EvaluationJob]) -> int:
        """Say what came of it; gives the exit code."""
        states = [state for _, state in self._states()]
        done, total, pruned = states.count(EVALUATED), len(states), states.count(PRUNED)
        if total and not self._arguments.quiet:
            mark = f"{tick(sys.stdout)} " if done + pruned == total else ""
            beside = f"; {cannot_be_made(pruned)}" if pruned else ""
            say(f"{mark}{done:,} of {total:,} evaluated{beside}")
        if bad:
            path = shell_path(self._compilation.place.path)
            problem(
                f"not evaluated: {_named(bad)}",
                "what went wrong is in the log above, and of one that had begun in `eval/`, beside "
                f"the results; `tcwc run {path}` tries again",
                self._arguments,
            )
        return 1 if bad else 0


def left_over(compilation: Compilation, every: Sequence[Task], profile: Profile) -> list[str]:
    """What to type for evaluations without a result, where `--only` names no run: none, where there
    are no such."""
    tasks = evaluation_tasks(compilation, every)
    states = evaluation_states(compilation, tasks, environment_of(profile))
    if not (count := sum(state not in DONE for _, state in states)):
        return []
    start = f"`tcwc run {shell_path(compilation.place.path)}`"
    return [f"of {how_many(count, 'evaluation')} there is no result: {start} does what is left"]


def _named(jobs: Sequence[EvaluationJob]) -> str:
    """What was to be evaluated."""
    runs = [job.run for job in jobs if job.run]
    others = [job.name for job in jobs if not job.run]
    return ", ".join([*([numbered(runs)] if runs else []), *others])
