"""What runs of this machine are started from: the job script of a profile, beside the configs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from shutil import which

from tcwc.api.compilation import Compilation
from tcwc.api.facts import note_facts, reads_of
from tcwc.api.frozen import freeze, jobs_folder
from tcwc.disk import data
from tcwc.disk.errors import WriteError
from tcwc.disk.system import read
from tcwc.disk.whole import NewFile, replace_files
from tcwc.jobs.profiles.profile import HERE, Profile
from tcwc.jobs.scripts.job import job_text
from tcwc.jobs.scripts.signed import signed, standing_script
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass, replace
from tcwc.model.job_files import JOBS, LOGS, SCRIPT
from tcwc.model.problem import Problem
from tcwc.model.signature import Signature

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
    folder = os.path.abspath(compilation.place.folder)
    jobs = os.path.join(os.path.abspath(compilation.folder), JOBS, profile.name)
    script = os.path.relpath(os.path.join(jobs, SCRIPT), folder)
    return JobScript(folder, script, os.path.join(jobs, LOGS))


def prepare_here(compilation: Compilation, tasks: Sequence[Task], profile: Profile) -> JobScript:
    """Write the job script of runs and what is known of them, and freeze their configs.

    Raises WriteError, OSError, NotAWord.
    """
    experiment = compilation.build.experiment
    assert experiment.target.training is not None
    made = script_of(compilation, profile)
    jobs_folder(compilation)
    os.makedirs(made.logs, exist_ok=True)
    output = os.path.relpath(os.path.abspath(compilation.folder), made.folder)
    reads = reads_of(compilation, tasks).values()
    facts = note_facts(compilation, reads, variables_here(profile))
    text = text_of(compilation, tasks, profile, output, facts)
    put(
        os.path.join(made.folder, made.script),
        signed(text, SCRIPT, f"{experiment.name} on this machine"),
    )
    freeze(compilation, tasks)
    return made


def kinds(compilation: Compilation, tasks: Sequence[Task]) -> list[Task]:
    """One run of each kind: others of it read the same, and need the same of a machine."""
    found: dict[object, Task] = {}
    reads = reads_of(compilation, tasks)
    for task in tasks:
        key = (reads[task.run], task.epochs, task.needs, task.nodes, task.processes)
        found.setdefault(key, task)
    return list(found.values())


def text_of(
    compilation: Compilation,
    tasks: Sequence[Task],
    profile: Profile,
    output: str,
    facts: str = "",
    name: str = "",
) -> str:
    """The text of a job script whose frozen configs are in `output`, from where runs begin; `name`
    is what stamps call the experiment, if not as it is called."""
    experiment = compilation.build.experiment
    training = experiment.target.training
    assert training is not None
    return job_text(
        data.read_text(f"scripts/{training.script}"),
        name or experiment.name,
        experiment.recipe,
        tasks,
        profile,
        distributed=compilation.recipe is not None and compilation.recipe.distributed,
        facts=facts,
        output=output,
        up=os.path.relpath(
            os.path.abspath(compilation.place.folder),
            os.path.join(os.path.abspath(compilation.folder), JOBS, profile.name),
        ),
    )


def put(path: str, text: str) -> None:
    """A script of this text, in a new file: a shell that reads the old one goes on with it.

    Raises WriteError for one that is there and was edited by hand, or is somebody else's; OSError.
    """
    old = read(path, None)
    if isinstance(old, Exception):
        raise WriteError(f"{path} is in the way: {old}", "move it")
    if old == text.encode():
        return
    standing = standing_script(old.decode(errors="surrogateescape")) if old else Signature.EMPTY
    if standing not in (Signature.INTACT, Signature.EMPTY):
        what = "was edited by hand" if standing is Signature.EDITED else "was not written by tcwc"
        help = f"make the change in the experiment or in a cluster profile, and move {path} away"
        raise WriteError(f"{path} {what}", help)
    replace_files([NewFile(path, text.encode(), old)])


def here(profile: Profile | None) -> Profile:
    """What jobs of this machine have of the profile of a cluster that it is one of: its set-up and
    its variables, and not its scheduler."""
    return replace(profile, name=HERE.name) if profile else HERE


def variables_here(profile: Profile) -> Mapping[str, str]:
    """The variables of the environment that runs of a profile have on this machine."""
    return {**os.environ, **profile.environment}


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
