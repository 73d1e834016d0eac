"""What `tcwc run` says while runs are at work: a line at each start and end, and on a terminal one
that moves."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Sequence

from tcwc.api.local import JobEnd, Working, tail
from tcwc.commands.terminal import Moving, say, tick
from tcwc.jobs.devices import Device
from tcwc.jobs.exit_status import FINISHED, ending
from tcwc.jobs.progress import progress
from tcwc.jobs.task import Task

_PAUSE = 0.5


class Lines:
    """Tells of the runs of one call."""

    def __init__(self, total: int, done: int, shown: Callable[[str], str], arguments: Namespace):
        self._total = total
        self._done = done
        self._shown = shown
        self._quiet = arguments.quiet
        self._moving = Moving(sys.stderr, quiet=arguments.quiet)
        self._next = 0.0
        self._waiting = ""

    def started(self, task: Task, devices: Sequence[Device]) -> None:
        """A run has begun."""
        words = ", ".join(each.word for each in devices)
        on = f" on device {words}" if len(devices) == 1 else f" on devices {words}"
        self._say(f"  {called(task)} starts{on if devices else ''}")

    def ended(self, job: JobEnd) -> None:
        """A run has ended."""
        self._done += job.status == FINISHED
        took = duration(job.seconds)
        if job.status == FINISHED:
            mark = tick(sys.stdout)
            self._say(f"{mark} {called(job.task)} finished in {took} ({self._count()})")
        else:
            self._say(f"  {called(job.task)}: {ending(job.status)}, after {took}: {job.log}")

    def waits(self, task: Task) -> None:
        """Others have the devices that the next run needs."""
        if self._waiting != task.run:
            self._waiting = task.run
            self._say(f"  {called(task)} waits for a device that another `tcwc run` has")

    def goes_on(self, running: Sequence[Working]) -> None:
        """Show how far the runs are."""
        if not self._moving.is_on or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        far = [f"{job.task.run} {_far(job)}" for job in running]
        self._moving.show(self._shown("; ".join([self._count(), *far])))

    def stops(self, times: int) -> None:
        """A signal came to end it."""
        if times == 1:
            self._say("ending the runs at work, none is begun; once more kills them", always=True)
        elif times == 2:
            self._say("killed", always=True)

    def close(self) -> None:
        """No more is told."""
        self._moving.clear()

    def _count(self) -> str:
        return f"{self._done} of {self._total}"

    def _say(self, line: str, *, always: bool = False) -> None:
        if self._quiet and not always:
            return
        self._moving.clear()
        say(self._shown(line), sys.stderr if always else sys.stdout)
        sys.stdout.flush()


def called(task: Task) -> str:
    """A run by its id, and the name that its author gave it."""
    return task.run if task.name == task.run else f"{task.run} ({task.name})"


def duration(seconds: float) -> str:
    """How long something took, as people say it."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _far(job: Working) -> str:
    """How far a run is, else how long it is at work."""
    since = duration(time.monotonic() - job.since)
    far = progress(tail(job.log)) if os.path.exists(job.log) else ""
    return f"{far}, {since}" if far else since
