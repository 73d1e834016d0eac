"""What `tcwc run` says of evaluations: a line at each start and end, and what came of them."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from tcwc.api.local import JobEnd, Working
from tcwc.commands.run_lines import KILLED, called, duration, how_far, last_lines
from tcwc.commands.terminal import Moving, flush, say, tick
from tcwc.commands.unwritten import Unwritten
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
        self._put_off: set[str] = set()
        self._quiet = arguments.quiet
        self._moving = Moving(sys.stderr, quiet=arguments.quiet)
        self._waiting = ""

    def started(self, task: Task, devices: Sequence[Device]) -> None:
        """One has begun."""
        words = ", ".join(each.word for each in devices)
        on = f" on device {words}" if len(devices) == 1 else f" on devices {words}"
        if task.run not in self._put_off:
            self._say(f"  evaluating {called(task)}{on if devices else ''}")

    def ended(self, job: JobEnd) -> None:
        """One has ended."""
        took = duration(job.seconds)
        if job.status == FINISHED:
            self._done += 1
            count = f"{self._done:,} of {self._total:,}"
            self._say(f"{tick(sys.stdout)} {called(job.task)} evaluated in {took} ({count})")
            return
        self._say(f"  {called(job.task)} not evaluated: {why(job)}")
        self._say(f"      its log: {job.log}")

    def waits(self, task: Task) -> None:
        """Others have the devices that the next one needs."""
        if self._waiting != task.run:
            self._waiting = task.run
            self._say(f"  {called(task)} waits for a device that another `tcwc run` has")

    def again(self, job: JobEnd) -> bool:
        """Those that were killed a moment ago: their job waits until that is sure. Not where others
        of the job failed, which would be done again with them."""
        if job.status != HAS_IT or not self._were_killed(self._tasks[job.task.run]):
            return False
        if job.task.run not in self._put_off:
            self._put_off.add(job.task.run)
            self._say(f"  the evaluation of {called(job.task)} {KILLED}")
        return True

    def goes_on(self, running: Sequence[Working]) -> None:
        """Show how far they are."""
        if running and self._moving.is_due:
            far = "; ".join(f"{job.task.run} {how_far(job)}" for job in running)
            with suppress(Unwritten):
                self._moving.show(far)

    def stops(self, times: int) -> None:
        """A signal came to end them."""
        if times == 1:
            self._say("ending the evaluations at work; once more kills them", is_urgent=True)
        elif times == 2:
            self._say("killed", is_urgent=True)

    def close(self) -> None:
        """No more is told."""
        with suppress(Unwritten):
            self._moving.clear()

    def _say(self, line: str, *, is_urgent: bool = False) -> None:
        if self._quiet and not is_urgent:
            return
        with suppress(Unwritten):  # as for runs: nobody who reads is no reason to end anything
            self._moving.clear()
            say(line, sys.stderr if is_urgent else sys.stdout)
            flush(sys.stdout)


def why(job: JobEnd) -> str:
    """Why an evaluation has no result: what the script said last, else its exit status."""
    said = [line for line in last_lines(job.log) if line.startswith(_OURS)]
    if said:
        return cut(printable(masked(said[-1].removeprefix(_OURS))), _SAID)
    return meaning(job.status) or f"exit {job.status}"
