"""`tcwc run`: trains what is left of an experiment, on this machine."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.devices import devices_here
from tcwc.api.local import EndSignals, JobEnd, LocalJobs
from tcwc.api.local_script import prepare_here, script_of
from tcwc.api.status import Status, status_of
from tcwc.api.submission import check_current
from tcwc.api.work import tasks
from tcwc.commands.findings import problem, shows_errors, tell
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.run_lines import Lines, called
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say, tick
from tcwc.jobs.exit_status import FINISHED, ending
from tcwc.jobs.left import Left, left_of
from tcwc.jobs.machine import Machine
from tcwc.jobs.profile import LOCAL, Profile
from tcwc.jobs.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.problem import Problem
from tcwc.report.runs import numbered

_FAILED, _MISUSED, _NOTHING = 1, 2, 3
_INTERRUPTED = 128


def run(arguments: Namespace) -> int:
    """Run what is left; 0 all of it is finished, 1 a run is not, or the source has errors, 2 wrong
    usage, 3 nothing is selected although not all is finished, 128 + n ended by a signal."""
    compilation = None
    try:
        compilation = compile(arguments.experiment, session=session_of(arguments))
        if shows_errors(compilation, arguments):
            return _FAILED
        check_current(compilation)
        return _Work(compilation, arguments).run()
    except PROBLEMS as error:
        explain(error, arguments, compilation)
        return exit_code(error)
    except Problem as error:
        tell(error, arguments)
        return _FAILED


class _Work:
    """The runs of one call, from what is said before them to what is said at their end."""

    def __init__(self, compilation: Compilation, arguments: Namespace) -> None:
        self._compilation = compilation
        self._arguments = arguments
        self._profile: Profile = LOCAL
        self._every = sorted(tasks(compilation), key=lambda task: task.index)

    def run(self) -> int:
        """Run what is left; gives the exit code."""
        status = status_of(self._compilation, self._every, self._arguments.cluster)
        wanted = self._every
        if not wanted:
            return _NOTHING
        machine = self._machine()
        left = left_of(wanted, status, machine)
        self._announce(left, machine)
        if self._arguments.dry_run:
            return 0
        script = prepare_here(self._compilation, self._every, self._profile)
        jobs = LocalJobs(
            machine, lambda task: script.command(task.run), script.folder, script.logs, {}
        )
        return 0
