"""`tcwc run`: trains what is left of an experiment, on this machine."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.devices import devices_here
from tcwc.api.local import EndSignals, JobEnd, LocalJobs
from tcwc.api.local_script import prepare_here, script_of
from tcwc.api.work import tasks
from tcwc.builds.check import check
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.run_lines import Lines, called
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say, tick
from tcwc.jobs.exit_status import FINISHED, ending
from tcwc.jobs.machine import Machine
from tcwc.jobs.profile import LOCAL
from tcwc.jobs.task import Task
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.problem import Problem

_SHOWN = 10
_FAILED, _MISUSED, _NOTHING = 1, 2, 3
_INTERRUPTED = 128


def run(arguments: Namespace) -> int:
    """Run what is left; 0 all is finished, 1 a run failed or the source has errors, 2 wrong usage,
    3 nothing was selected although not all is finished, 128 + n ended by a signal."""
    compilation = None
    try:
        compilation = compile(arguments.experiment, session=session_of(arguments))
        if shows_errors(compilation, arguments):
            return _FAILED
        compilation.check_owner()
        if _is_stale(compilation, arguments):
            return _FAILED
        return _run(compilation, arguments)
    except (*PROBLEMS, Problem) as error:
        explain(error, arguments, compilation)
        return exit_code(error)


def _is_stale(compilation: Compilation, arguments: Namespace) -> bool:
    """Whether the configs are not those of the source, which is then said."""
    path = shell_path(compilation.place.path)
    if compilation.lock is None:
        compilation.build  # noqa: B018  configs without a record are worse than none
        problem("it is not built yet", f"run `tcwc build {path}` first", arguments)
        return True
    drift = check(compilation.build, compilation.build.folder).drift
    if not drift:
        return False
    details = [f"  {each.file}: {each.what}" for each in drift[:_SHOWN]]
    if len(drift) > _SHOWN:
        details.append(f"  ... and {len(drift) - _SHOWN} more")
    what = f"{compilation.place.path}: the configs are not what this source compiles to"
    help = f"run `tcwc build {path}` first; `tcwc check {path}` shows all of it"
    problem(what, help, arguments, details=list(map(compilation.shown, details)))
    return True


def _run(compilation: Compilation, arguments: Namespace) -> int:
    everything = list(tasks(compilation))
    wanted = everything
    left = wanted
    work = _Work(compilation, arguments, len(everything), wanted)
    if not left:
        return work.tell_end([])
    machine = _machine(arguments)
    fitting = [task for task in left if not work.refuses(task, machine)]
    work.announce(fitting, machine)
    if arguments.dry_run:
        script = script_of(compilation, LOCAL)
        for task in fitting:
            say(shell_line(script.command(task.run)))
        return 0
    script = prepare_here(compilation, everything, LOCAL)
    jobs = LocalJobs(machine, lambda task: script.command(task.run), script.folder, script.logs, {})
    return work.run(jobs, fitting)


def _machine(arguments: Namespace) -> Machine:
    """What the runs share: devices where there are any, and how many are at work at a time."""
    devices = () if arguments.devices == "none" else devices_here(arguments.devices)
    most = arguments.jobs or (len(devices) if devices else 1)
    return Machine(devices, most)


class _Work:
    """The runs of one call, from what is said before them to what is said at their end."""

    def __init__(
        self, compilation: Compilation, arguments: Namespace, total: int, wanted: Sequence[Task]
    ) -> None:
        self._compilation = compilation
        self._arguments = arguments
        self._total = total
        self._wanted = wanted
        self._refused: list[str] = []

    def refuses(self, task: Task, machine: Machine) -> bool:
        """Whether a run has no place here, which is then said."""
        why = machine.refusal(task)
        if why:
            self._refused.append(task.run)
            problem(f"{called(task)} is not started: {why}", "", self._arguments)
        return bool(why)

    def announce(self, tasks: Sequence[Task], machine: Machine) -> None:
        """Say what is to be done."""
        if self._arguments.quiet:
            return
        count = machine.groups(tasks)
        at_a_time = f", {count} at a time" if len(tasks) > 1 else ""
        say(f"{_runs(len(tasks))} to go of {self._total}{at_a_time}")

    def run(self, jobs: LocalJobs, tasks: Sequence[Task]) -> int:
        """Run them; gives the exit code."""
        signals = EndSignals()
        before = self._total - len(tasks)
        lines = Lines(self._total, before, self._compilation.shown, self._arguments)
        with signals.caught():
            try:
                ended = jobs.run(tasks, lines, signals)
            finally:
                lines.close()
            status = self.tell_end(ended)
        return _INTERRUPTED + signals.came[0] if signals.came else status

    def tell_end(self, ended: Sequence[JobEnd]) -> int:
        """Say what came of it; gives the exit code."""
        bad = [each for each in ended if each.status != FINISHED]
        for each in bad:
            self._tell(each)
        done = self._total - len(bad) - len(self._refused)
        say(f"{tick(sys.stdout)} {done} of {self._total} finished")
        return _FAILED if bad or self._refused else 0

    def _tell(self, job: JobEnd) -> None:
        say(f"  {called(job.task)}: {ending(job.status)}; {job.log}")


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"
