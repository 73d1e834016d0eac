"""Lines about jobs at work, above one that moves: what `tcwc run` says of runs and of evaluations.

A terminal that is gone, or `| head`, is no reason to end any: what cannot be written is passed
over.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from tcwc.commands.terminal import Moving, flush, say
from tcwc.commands.unwritten import Unwritten
from tcwc.jobs.here.devices import Device
from tcwc.jobs.task import Task


class JobLines:
    """What is said of the jobs of one call, each thing once."""

    def __init__(self, arguments: Namespace) -> None:
        self._quiet = arguments.quiet
        self._moving = Moving(sys.stderr, quiet=arguments.quiet)
        self._waiting = ""
        self._put_off: set[str] = set()

    @property
    def is_due(self) -> bool:
        """Whether it is time to say again how things are."""
        return self._moving.is_due

    def starts(self, task: Task, devices: Sequence[Device], words: str) -> None:
        """A job has begun; not where it was put off before, and is tried again."""
        named = ", ".join(each.word for each in devices)
        on = f" on device {named}" if len(devices) == 1 else f" on devices {named}"
        if task.run not in self._put_off:
            self.say(f"  {words}{on if devices else ''}")

    def puts_off(self, task: Task, words: str) -> None:
        """A job is to be tried again."""
        if task.run not in self._put_off:
            self._put_off.add(task.run)
            self.say(f"  {words}")

    def waits(self, task: Task) -> None:
        """Others have the devices that the next one needs."""
        if self._waiting != task.run:
            self._waiting = task.run
            self.say(f"  {called(task)} waits for a device that another `tcwc run` has")

    def stops(self, times: int, what: str) -> None:
        """A signal came to end all."""
        if times == 1:
            self.say(f"ending the {what} at work; once more kills them", is_urgent=True)
        elif times == 2:
            self.say("killed", is_urgent=True)

    def say(self, line: str, *, is_urgent: bool = False) -> None:
        """A line that stays."""
        if self._quiet and not is_urgent:
            return
        with suppress(Unwritten):
            self._moving.clear()
            say(line, sys.stderr if is_urgent else sys.stdout)
            flush(sys.stdout)

    def show(self, text: str) -> None:
        """How things are."""
        with suppress(Unwritten):
            self._moving.show(text)

    def close(self) -> None:
        """No more is told."""
        with suppress(Unwritten):
            self._moving.clear()


def called(task: Task) -> str:
    """A run by its id, and the name that its author gave it."""
    return task.run if task.name == task.run else f"{task.run} ({task.name})"
