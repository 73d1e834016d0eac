"""What runs of this machine are started from: the job script of a profile, beside the configs."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from shutil import which

from tcwc.api.compilation import Compilation
from tcwc.api.facts import note_facts, reads_of
from tcwc.api.finder import environment_of
from tcwc.api.job_script import job_script, scripts_folder, write_scripts
from tcwc.api.jobs_folder import freeze, jobs_folder
from tcwc.jobs.profiles.profile import HERE, Profile
from tcwc.jobs.scripts.quoting import quoted
from tcwc.jobs.scripts.signed import signed
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass, replace
from tcwc.model.job_files import LOGS, SCRIPT
from tcwc.model.problem import Problem

TRAINER = "TCWC_TUNE"
"""The variable that names the program that trains, where that is not the one on the path."""


@dataclass(frozen=True, slots=True)
class JobScript:
    """A job script, relative to the `folder` that runs begin in, and the folder of their logs."""

    folder: str
    script: str
    logs: str

    def command(self, *words: str) -> list[str]:
        """What starts a job with it."""
        return ["bash", self.script, *words]


def script_of(compilation: Compilation, profile: Profile) -> JobScript:
    """The job script of a profile, there or not."""
    start = os.path.abspath(compilation.place.folder)
    folder = scripts_folder(compilation, profile)
    script = os.path.relpath(os.path.join(folder, SCRIPT), start)
    return JobScript(start, script, os.path.join(folder, LOGS))


def prepare_here(compilation: Compilation, tasks: Sequence[Task], profile: Profile) -> JobScript:
    """Write the job script of runs and what is known of them, and freeze their configs.

    Raises WriteError, OSError, NotAWord.
    """
    experiment = compilation.build.experiment
    made = script_of(compilation, profile)
    jobs_folder(compilation)
    os.makedirs(made.logs, exist_ok=True)
    output = os.path.relpath(os.path.abspath(compilation.folder), made.folder)
    reads = reads_of(compilation, tasks).values()
    facts = note_facts(compilation, reads, environment_of(profile))
    text = job_script(compilation, tasks, profile, output=output, facts=facts)
    path = os.path.join(made.folder, made.script)
    write_scripts({path: signed(text, SCRIPT, f"{experiment.name} on this machine")})
    freeze(compilation, tasks)
    return made


def commands_here(
    compilation: Compilation,
    every: Sequence[Task],
    tasks: Sequence[Task],
    profile: Profile,
    replaced: Container[str],
) -> Iterator[str]:
    """A line of bash for each of some runs that trains it wherever this folder is to be seen; the
    job script that they name is written. `replaced` are ids whose folder is set aside first.

    What trains is named by its path where it is to be found here, as whoever starts the line may
    have another environment. Raises WriteError, OSError, NotAWord.
    """
    script = prepare_here(compilation, every, profile)
    found = trainer_here(compilation, profile)
    named = f"{TRAINER}={quoted(found)} " if found else ""
    path = os.path.join(script.folder, script.script)
    for task in tasks:
        more = " --replace" if task.run in replaced else ""
        where = f"cd {quoted(script.folder)} && {named}bash {quoted(path)}"
        yield f"{where} {task.run}{more}"


def trainer_here(compilation: Compilation, profile: Profile) -> str:
    """The path of what trains; "" where it is not here, or the profile brings its own."""
    named = os.environ.get(TRAINER) or compilation.build.experiment.target.command.split()[0]
    found = None if profile.setup or profile.wrapper else which(named)
    return os.path.abspath(found) if found else ""


def kinds(compilation: Compilation, tasks: Sequence[Task]) -> list[Task]:
    """One run of each kind: others of it read the same, and need the same of a machine."""
    found: dict[object, Task] = {}
    reads = reads_of(compilation, tasks)
    for task in tasks:
        key = (reads[task.run], task.epochs, task.needs, task.nodes, task.processes)
        found.setdefault(key, task)
    return list(found.values())


def here(profile: Profile | None) -> Profile:
    """What jobs of this machine have of the profile of a cluster that it is one of: its set-up and
    its variables, and not its scheduler."""
    return replace(profile, name=HERE.name) if profile else HERE


class NoTrainer(Problem):
    """There is nothing here that trains."""


def check_trainer(compilation: Compilation, profile: Profile) -> None:
    """Refuse to start jobs that would find nothing that trains, once and not for each run.

    What the set-up of a profile brings is known only to the jobs. Raises NoTrainer.
    """
    if profile.setup or profile.wrapper or profile.environment:
        return
    target = compilation.build.experiment.target
    named = os.environ.get(TRAINER)
    if which(named or target.command.split()[0]) is not None:
        return
    what = (
        f"{TRAINER} names {named}, which is no program"
        if named
        else (f"there is no `{target.command.split()[0]}` here")
    )
    raise NoTrainer(
        what,
        f"activate the environment that {target.name} is installed in, or let {TRAINER} name its "
        "program; `tcwc doctor` says what an environment has",
    )
