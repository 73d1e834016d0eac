"""What `tcwc run` says of evaluations: a line at each start and end, and what came of them."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence

from tcwc.api.local import JobEnd, Working
from tcwc.commands.job_lines import JobLines, called
from tcwc.commands.run_lines import KILLED, duration, how_far, last_lines
from tcwc.commands.terminal import tick
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.exit_status import FINISHED, HAS_IT, meaning
from tcwc.jobs.here.devices import Device
from tcwc.jobs.task import Task
from tcwc.model.cut import cut
from tcwc.model.printable import printable
from tcwc.model.secrets import masked

_OURS = "tcwc: "
"""How a line begins that is of the script that evaluates, and not of a tool."""
_SAID = 300


class EvaluationLines:
    """Tells of the evaluations of one call while they are at work, by the runs of their jobs.

    `were_killed` says whether all of some that have no result were killed.
    """

    def __init__(
        self,
        tasks: Mapping[str, Sequence[EvaluationTask]],
        were_killed: Callable[[Sequence[EvaluationTask]], bool],
        arguments: Namespace,
    ) -> None:
        self._tasks, self._were_killed = tasks, were_killed
        self._total, self._done = len(tasks), 0
        self._lines = JobLines(arguments)

    def started(self, task: Task, devices: Sequence[Device]) -> None:
        """One has begun."""
        self._lines.starts(task, devices, f"evaluating {called(task)}")

    def ended(self, job: JobEnd) -> None:
        """One has ended."""
        took = duration(job.seconds)
        if job.status == FINISHED:
            self._done += 1
            count = f"{self._done:,} of {self._total:,}"
            self._lines.say(f"{tick(sys.stdout)} {called(job.task)} evaluated in {took} ({count})")
            return
        self._lines.say(f"  {called(job.task)} not evaluated: {why(job)}")
        self._lines.say(f"      its log: {job.log}")

    def waits(self, task: Task) -> None:
        """Others have the devices that the next one needs."""
        self._lines.waits(task)

    def again(self, job: JobEnd) -> bool:
        """Those that were killed a moment ago: their job waits until that is sure. Not where others
        of the job failed, which would be done again with them."""
        if job.status != HAS_IT or not self._were_killed(self._tasks[job.task.run]):
            return False
        self._lines.puts_off(job.task, f"the evaluation of {called(job.task)} {KILLED}")
        return True

    def goes_on(self, running: Sequence[Working]) -> None:
        """Show how far they are."""
        if running and self._lines.is_due:
            self._lines.show("; ".join(f"{job.task.run} {how_far(job)}" for job in running))

    def stops(self, times: int) -> None:
        """A signal came to end them."""
        self._lines.stops(times, "evaluations")

    def close(self) -> None:
        """No more is told."""
        self._lines.close()


def why(job: JobEnd) -> str:
    """Why an evaluation has no result: what the script said last, else its exit status."""
    said = [line for line in last_lines(job.log) if line.startswith(_OURS)]
    if said:
        return cut(printable(masked(said[-1].removeprefix(_OURS))), _SAID)
    return meaning(job.status) or f"exit {job.status}"
