"""What `tcwc run` says: what is to be done, a line at each start and end, what came of it; and on a
terminal a line that moves."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from tcwc.api.begun import has_state, is_gone
from tcwc.api.compilation import Compilation
from tcwc.api.local import JobEnd, Working
from tcwc.api.status import Status, status_of
from tcwc.api.submission import resuming
from tcwc.commands.findings import problem
from tcwc.commands.job_lines import JobLines, called
from tcwc.commands.selected import NOTHING
from tcwc.commands.terminal import Moving, say, tick
from tcwc.commands.unwritten import Unwritten
from tcwc.disk.handed_over import log_end
from tcwc.jobs.exit_status import FINISHED, HAS_IT, ending
from tcwc.jobs.here.devices import Device
from tcwc.jobs.here.left import Remaining
from tcwc.jobs.here.machine import Machine
from tcwc.jobs.here.progress import progress
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.model.cut import cut
from tcwc.model.printable import printable, shell_path
from tcwc.model.problem import Problem
from tcwc.model.words import how_many
from tcwc.report.runs import numbered

_SAID = 300
_NEWEST = 4096
"""Bytes of a log in which its newest lines are."""
_ENDED = ("failed", "cancelled", "refused", "foreign", "changed", "unknown")
"""States that say more of how a run ended than its exit status does."""


KILLED = "was killed a moment ago: it begins again when its heart has stood still for some minutes"
"""What is said of what a process has that is gone, as it may still be seen to be."""


class Lines:
    """Tells of the runs of one call while they are at work."""

    def __init__(
        self,
        compilation: Compilation,
        before: Status,
        cluster: Profile | None,
        arguments: Namespace,
    ) -> None:
        self._compilation = compilation
        self._cluster = cluster
        self._total = len(before)
        self._done = before.counts.get("finished", 0)
        self._lines = JobLines(arguments)

    def started(self, task: Task, devices: Sequence[Device]) -> None:
        """A run has begun."""
        self._lines.starts(task, devices, f"{called(task)} starts")

    def ended(self, job: JobEnd) -> None:
        """A run has ended."""
        took = duration(job.seconds)
        if job.status == FINISHED:
            self._done += 1
            self._lines.say(
                f"{tick(sys.stdout)} {called(job.task)} finished in {took} ({self._count()})"
            )
            return
        row = self._row(job.task)
        word, detail, log = ending(job.status), "", job.log
        if row is not None and row.state in _ENDED:
            word, detail, log = row.word, row.detail, row.log or job.log
        said = f": {cut(detail, _SAID)}" if detail else ""
        self._lines.say(f"  {called(job.task)} {word} after {took}{said}")
        self._lines.say(f"      its log: {log}")

    def waits(self, task: Task) -> None:
        """Others have the devices that the next run needs."""
        self._lines.waits(task)

    def again(self, job: JobEnd) -> bool:
        """A run that was killed a moment ago: its job waits until that is sure."""
        row = self._row(job.task) if job.status == HAS_IT else None
        if row is None or not is_gone(row):
            return False
        self._lines.puts_off(job.task, f"{called(job.task)} {KILLED}")
        return True

    def goes_on(self, running: Sequence[Working]) -> None:
        """Show how far the runs are."""
        if self._lines.is_due:
            far = [f"{job.task.run} {how_far(job)}" for job in running]
            self._lines.show("; ".join([self._count(), *far]))

    def stops(self, times: int) -> None:
        """A signal came to end it."""
        self._lines.stops(times, "runs")

    def close(self) -> None:
        """No more is told."""
        self._lines.close()

    def _row(self, task: Task) -> RunStatus | None:
        """What its stamp says; None where that cannot be looked at, which ends no other run."""
        with suppress(OSError, Problem):
            return status_of(self._compilation, [task], self._cluster)[task.run]
        return None

    def _count(self) -> str:
        return f"{self._done:,} of {self._total:,}"


class OneLine:
    """Tells of jobs that are no runs while they are at work: how far they are, and no more."""

    def __init__(self, arguments: Namespace) -> None:
        self._moving = Moving(sys.stderr, quiet=arguments.quiet)

    def started(self, task: Task, devices: Sequence[Device]) -> None:
        """One has begun."""

    def ended(self, job: JobEnd) -> None:  # noqa: ARG002
        """One has ended."""
        with suppress(Unwritten):
            self._moving.clear()

    def waits(self, task: Task) -> None:
        """Others have the devices that one needs."""
        with suppress(Unwritten):
            say(f"  {called(task)} waits for a device that another `tcwc run` has")

    def again(self, job: JobEnd) -> bool:  # noqa: ARG002
        """None is tried again."""
        return False

    def goes_on(self, running: Sequence[Working]) -> None:
        """Show how far they are."""
        if running and self._moving.is_due:
            far = "; ".join(map(how_far, running))
            with suppress(Unwritten):
                self._moving.show(far)

    def stops(self, times: int) -> None:  # noqa: ARG002
        """A signal came to end them."""
        with suppress(Unwritten):
            self._moving.clear()


def announce(
    compilation: Compilation,
    left: Remaining,
    before: Status,
    machine: Machine,
    arguments: Namespace,
) -> None:
    """Say what is to be done, and what is not."""
    if arguments.quiet:
        return
    count = machine.groups(left.begin)
    at_a_time = f", {count} at a time" if len(left.begin) > 1 else ""
    say(f"{how_many(len(left.begin), 'run')} of {len(before):,} to go{at_a_time}")
    if machine.silence and left.begin:
        help = "`--devices 0,1` names them, `--devices none` says none"
        say(f"  {printable(machine.silence)}; {help}")
    _tell_others(left)
    rows = {row.run: row for row in before}
    anew = [task.run for task in left.begin if rows[task.run].state == "changed"]
    if anew:
        start = "starts" if len(anew) == 1 else "start"
        say(f"  {numbered(anew)}: {start} anew (what was trained before is set aside)")
    begun = [each for each in left.begin if rows[each.run].attempts and each.run not in anew]
    saved = {task.run for task in begun if has_state(compilation, rows[task.run].folder)}
    for words, runs in resuming([task for task in begun if task.run in saved]):
        say(f"  {numbered(runs)}: {words}")
    if lost := [task.run for task in begun if task.run not in saved]:
        start = "starts" if len(lost) == 1 else "start"
        say(f"  {numbered(lost)}: {start} over (no checkpoint to go on from)")


def _tell_others(left: Remaining) -> None:
    """Say which runs are not begun, those of one reason in one line."""
    by_why: dict[str, list[str]] = {}
    for run, why in left.others.items():
        by_why.setdefault(why, []).append(run)
    for why, runs in by_why.items():
        which = f"{runs[0]} is" if len(runs) == 1 else f"{numbered(runs)} are"
        say(f"  {which} not begun: {why}")


def tell_end(
    compilation: Compilation,
    after: Status,
    left: Remaining,
    ended: Sequence[JobEnd],
    arguments: Namespace,
) -> int:
    """Say what came of it; gives the exit code."""
    done, total = after.counts.get("finished", 0), len(after)
    bad = [job.task.run for job in ended if job.status != FINISHED]
    mark = f"{tick(sys.stdout)} " if done == total else ""
    if not arguments.quiet:
        if not ended:
            _tell_others(left)
        say(f"{mark}{done:,} of {total:,} finished")
    path = shell_path(compilation.place.path)
    if bad:
        problem(f"not finished: {numbered(bad)}", _again(path, after, bad), arguments)
        return 1
    if not left.others:
        return 0
    if not left.begin:
        help = f"`tcwc status {path}` says what became of them"
        if all(after[run].state == "changed" for run in left.others):
            help = f"`tcwc run {path} --only changed` trains them anew, and keeps what is there"
        problem(f"there is nothing to begin: {numbered(list(left.others))}", help, arguments)
        return NOTHING
    return 1


def _again(path: str, after: Status, bad: Sequence[str]) -> str:
    """What to type for runs that did not finish."""
    why = {after[run].reason for run in bad}
    only = " --only failed" if all(after[run].state == "failed" for run in bad) else ""
    help = f"`tcwc status {path}` says why; `tcwc run {path}{only}` begins them again"
    if "oom" not in why:
        return help
    half = f"`tcwc run {path} --only oom --halve-batch` shows how they fit with half the batch"
    return half if why == {"oom"} else f"{help}; {half}"


def duration(seconds: float) -> str:
    """How long something took, as people say it."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def how_far(job: Working) -> str:
    """How far a run is, else how long it is at work."""
    since = duration(time.monotonic() - job.since)
    far = progress(log_end(job.log, _NEWEST))
    return f"{far}, {since}" if far else since


_LINES = 12


def last_lines(log: str) -> list[str]:
    """The end of a log, to be shown where a job fails."""
    return [each for each in log_end(log, _NEWEST).replace("\r", "\n").split("\n") if each.strip()][
        -_LINES:
    ]
