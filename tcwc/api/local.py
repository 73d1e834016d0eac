"""Runs jobs on this machine: those that are left, each when there is a place for it.

It only starts them and reads how they ended. What is to be done about a run is decided by its job
script alone, as it is under a scheduler of a cluster: there is one door, and one stamp.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from tcwc.disk import devices as locks
from tcwc.disk.processes import Child, start
from tcwc.jobs.here.devices import VARIABLE, Device
from tcwc.jobs.here.machine import Machine
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass

_PAUSE = 0.1
_PATIENCE = 1.0
"""Between two looks at devices that others have."""
_AGAIN, _LONGEST = 15.0, 400.0
"""Between two tries of a job that is to be tried again, and for how long that goes on: a heart that
stopped is seen after some minutes."""


@dataclass(frozen=True, slots=True)
class JobEnd:
    """A job that has ended: its exit status, how many seconds it took, and where it said things."""

    task: Task
    status: int
    seconds: float
    log: str


class JobWatch(Protocol):
    """What is told of jobs while they run."""

    def started(self, task: Task, devices: Sequence[Device]) -> None: ...
    def ended(self, job: JobEnd) -> None: ...
    def waits(self, task: Task) -> None:
        """Others have the devices that the next run needs."""

    def goes_on(self, running: Sequence[Working]) -> None:
        """Called many times a second."""

    def stops(self, times: int) -> None:
        """A signal came to end it."""

    def again(self, job: JobEnd) -> bool:
        """Whether a job that has ended is to be tried again after a while."""


@dataclass(frozen=True, slots=True)
class Working:
    """A job at work. `since` is of the clock that only goes on."""

    task: Task
    child: Child
    devices: tuple[Device, ...]
    held: list[int]
    since: float
    log: str


class EndSignals:
    """The signals that came to end this process, while `caught`."""

    def __init__(self) -> None:
        self.came: list[int] = []
        self._last = 0.0

    def _note(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        # One Ctrl-C may come twice, by way of the program that started this one; and so may the end
        # of a terminal, by way of its shell.
        is_same = bool(self.came) and (number == signal.SIGHUP or now - self._last < _SAME)
        self._last = now
        if not is_same:
            self.came.append(number)

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Notes signals instead of ending by them; one that is ignored, as by nohup, stays so."""
        before = {each: signal.getsignal(each) for each in _SIGNALS}
        for each, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(each, self._note)
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


_SAME = 0.3
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class LocalJobs:
    """Starts jobs in their order as places become free: each is given devices that nobody has.

    `command` starts a job, in `folder`; what it says goes to a log of its own, in `logs`.
    """

    def __init__(
        self,
        machine: Machine,
        command: Callable[[Task], Sequence[str]],
        folder: str,
        logs: str,
        environment: Mapping[str, str],
    ) -> None:
        self._machine = machine
        self._command = command
        self._folder = folder
        self._logs = logs
        self._environment = environment
        self._running: list[Working] = []
        self._next_look = 0.0
        self._later: list[tuple[float, Task]] = []
        self._until: dict[str, float] = {}
        self._error: OSError | None = None

    def run(self, tasks: Sequence[Task], watch: JobWatch, signals: EndSignals) -> list[JobEnd]:
        """Run jobs until all have ended, or one of the signals came and those at work have.

        Raises OSError where one cannot be started, when those at work have ended.
        """
        waiting = list(tasks)
        ended: list[JobEnd] = []
        told = 0
        try:
            while self._running or ((waiting or self._later) and self._may_start(signals)):
                for job in self._reap():
                    if self._may_start(signals) and self._is_put_off(job, watch):
                        continue
                    ended.append(job)
                    watch.ended(job)
                if len(signals.came) > told:
                    told = len(signals.came)
                    watch.stops(told)
                    self._stop(signals.came)
                waiting += self._due()
                while waiting and self._may_start(signals) and self._start(waiting[0], watch):
                    waiting.pop(0)
                watch.goes_on(self._running)
                time.sleep(_PAUSE)
        except BaseException:
            for working in self._running:  # which say so in their stamps, whatever happened here
                working.child.signal(signal.SIGTERM)
            raise
        if self._error is not None:
            raise self._error
        return ended

    def _may_start(self, signals: EndSignals) -> bool:
        return not signals.came and self._error is None

    def _is_put_off(self, job: JobEnd, watch: JobWatch) -> bool:
        """Whether a job is tried again later, which is then noted."""
        now = time.monotonic()
        if now > self._until.setdefault(job.task.run, now + _LONGEST) or not watch.again(job):
            return False
        self._later.append((now + _AGAIN, job.task))
        return True

    def _due(self) -> list[Task]:
        """The jobs that were put off, and whose time has come."""
        now = time.monotonic()
        due = [task for at, task in self._later if at <= now]
        self._later = [each for each in self._later if each[0] > now]
        return due

    def _start(self, task: Task, watch: JobWatch) -> bool:
        """Start a job, where there is a place for it.

        What keeps it from that (a full disk, too many processes) is no reason to end others.
        """
        try:
            return self._begin(task, watch)
        except OSError as error:
            self._error = error
            return False

    def _begin(self, task: Task, watch: JobWatch) -> bool:
        if len(self._running) >= self._machine.at_most:
            return False
        found = self._hold(self._machine.needed(task), task, watch)
        if found is None:
            return False
        devices, held = found
        log = os.path.join(self._logs, f"{task.run}.log")
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            child = start(
                self._command(task),
                folder=self._folder,
                environment={**self._environment, **self._seen(devices)},
                output=output,
                keep=held,
            )
        except BaseException:
            locks.release(held)
            raise
        finally:
            os.close(output)
        self._running.append(Working(task, child, devices, held, time.monotonic(), log))
        watch.started(task, devices)
        return True

    def _seen(self, devices: Sequence[Device]) -> dict[str, str]:
        return {VARIABLE: ",".join(each.word for each in devices)} if devices else {}

    def _hold(
        self, count: int, task: Task, watch: JobWatch
    ) -> tuple[tuple[Device, ...], list[int]] | None:
        """So many devices and their locks; None where there are not as many free ones."""
        taken = {each.identity for job in self._running for each in job.devices}
        free = [each for each in self._machine.devices if each.identity not in taken]
        if len(free) < count or time.monotonic() < self._next_look:
            return None
        found: list[Device] = []
        held: list[int] = []
        for each in free:
            if len(found) == count:
                break
            if lock := locks.hold([each.identity]):
                found.append(each)
                held += lock
        if len(found) < count:
            locks.release(held)
            self._next_look = time.monotonic() + _PATIENCE
            watch.waits(task)
            return None
        return tuple(found), held

    def _reap(self) -> Iterator[JobEnd]:
        for job in list(self._running):
            status = job.child.poll()
            if status is None:
                continue
            if job.child.was_killed:
                job.child.kill()  # what it trained with would have the devices of the next run
            self._running.remove(job)
            locks.release(job.held)
            yield JobEnd(job.task, status, time.monotonic() - job.since, job.log)

    def _stop(self, came: Sequence[int]) -> None:
        """Hand on the first signal; the second is the end of all."""
        if len(came) > 1:
            self._kill()
            return
        number = signal.SIGINT if came[0] == signal.SIGINT else signal.SIGTERM
        for job in self._running:
            job.child.signal(number)

    def _kill(self) -> None:
        for job in self._running:
            job.child.kill()
