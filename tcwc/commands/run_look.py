"""`tcwc run EXPERIMENT RUN --try KEY=VALUE`: a look at a run with other values."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from tcwc.api.compilation import Compilation
from tcwc.api.devices import machine_of
from tcwc.api.finder import environment_of
from tcwc.api.local import EndSignals, JobEnd, LocalJobs
from tcwc.api.local_script import check_trainer
from tcwc.api.look import look_at, prepare_look
from tcwc.api.work import tasks
from tcwc.commands.findings import fails, problem, show_findings
from tcwc.commands.job_lines import called
from tcwc.commands.run_lines import OneLine, duration, last_lines
from tcwc.commands.runs import find_run
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say, tick
from tcwc.jobs.exit_status import FINISHED, SIGNAL, ending
from tcwc.jobs.here.look import Option, read_option
from tcwc.jobs.here.machine import Machine
from tcwc.jobs.places import NoPlace, place_of
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.task import Task
from tcwc.model.job_files import STAMP, of_attempt
from tcwc.model.printable import shell_path
from tcwc.model.values import Value


def look(compilation: Compilation, arguments: Namespace, profile: Profile, none: str) -> int:
    """Run one run with other values; 0 it ended well, 1 it did not, or there are errors, 2 wrong
    usage."""
    options = _options(arguments)
    if options is None:
        return 2
    run = find_run(compilation, arguments.runs[0], arguments)
    if run is None:
        return 1
    seen = look_at(compilation, run, options, session_of(arguments))
    sources = {**compilation.sources, seen.source.name: seen.source}
    show_findings(seen.found, sources, arguments, sys.stderr)
    if seen.config is None or fails(seen.found, strict=False):
        return 1
    task = next(each for each in tasks(compilation) if each.run == run.id)
    return _try(
        compilation,
        task,
        seen.config,
        machine_of(arguments.devices, 1, none=none),
        profile,
        arguments,
    )


def _try(
    compilation: Compilation,
    task: Task,
    config: dict[str, Value],
    machine: Machine,
    profile: Profile,
    arguments: Namespace,
) -> int:
    """Run a run with another config, beside its folder; gives the exit code."""
    place = place_of(task.folder, environment_of(profile))
    why = place.why if isinstance(place, NoPlace) else machine.refusal(task)
    if why or isinstance(place, NoPlace):
        problem(f"{called(task)} has no place here: {why}", "", arguments)
        return 1
    folder = _scratch(os.path.join(os.path.abspath(compilation.place.folder), place))
    if arguments.dry_run:
        say(f"{called(task)} would be tried in {folder}")
        return 0
    check_trainer(compilation, profile)
    made, script = prepare_look(compilation, task, config, folder, profile)
    jobs = LocalJobs(
        machine,
        lambda each: script.command(each.run),
        script.folder,
        script.logs,
        {"WANDB_MODE": os.environ.get("WANDB_MODE", "disabled")},
    )
    signals = EndSignals()
    with signals.caught():
        ended = jobs.run([made], OneLine(arguments), signals)
    return SIGNAL + signals.came[0] if signals.came else _tell(ended[0], folder)


def _options(arguments: Namespace) -> list[Option] | None:
    """What is to be tried; None where that is not said as it has to be, which is then told."""
    if len(arguments.runs) != 1 or arguments.only:
        help = "for example `tcwc run experiment.yaml run_003 --try max_steps_per_epoch=2`"
        problem("--try takes one run, by its id", help, arguments)
        return None
    found = [(each, read_option(each)) for each in arguments.tries]
    for text, option in found:
        if option is None:
            problem(f"--try {text} names no value", "write KEY=VALUE, on one line", arguments)
            return None
    return [option for _, option in found if option is not None]


def _scratch(folder: str) -> str:
    """A folder beside that of a run, which is not there yet."""
    number = 1
    while os.path.lexists(f"{folder}.try-{number}"):
        number += 1
    return f"{folder}.try-{number}"


def _tell(job: JobEnd, folder: str) -> int:
    """Say how it went; gives the exit code."""
    log = os.path.join(folder, STAMP, of_attempt(1, "log"))
    took = duration(job.seconds)
    if job.status == FINISHED:
        say(f"{tick(sys.stdout)} {called(job.task)} ended well after {took}")
    else:
        say(f"{called(job.task)} {ending(job.status)}, after {took}; the end of its log:")
        for line in last_lines(log) or last_lines(job.log):
            say(f"  {line}")
    say(f"  its log: {log}")
    say(f"  nothing of it is a run: when you have seen it, `rm -r {shell_path(folder)}`")
    return 0 if job.status == FINISHED else 1
