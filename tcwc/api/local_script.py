"""What runs of this machine are started from: the job script of a profile, beside the configs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from tcwc.api.compilation import Compilation
from tcwc.api.frozen import SLURM, freeze, jobs_folder
from tcwc.disk import data
from tcwc.disk.system import read
from tcwc.disk.whole import NewFile, replace_files
from tcwc.jobs.profile import Profile
from tcwc.jobs.script import job_text
from tcwc.jobs.signed import signed
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass

SCRIPT = "job.sbatch"


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
    jobs = os.path.join(os.path.abspath(compilation.folder), SLURM, profile.name)
    script = os.path.relpath(os.path.join(jobs, SCRIPT), folder)
    return JobScript(folder, script, os.path.join(jobs, "logs"))


def prepare_here(
    compilation: Compilation, tasks: Sequence[Task], profile: Profile, facts: str = ""
) -> JobScript:
    """Write the job script of runs, and freeze their configs. Raises OSError, NotAWord."""
    made = script_of(compilation, profile)
    jobs_folder(compilation)
    os.makedirs(made.logs, exist_ok=True)
    output = os.path.relpath(os.path.abspath(compilation.folder), made.folder)
    text = text_of(compilation, tasks, profile, output, facts)
    name = compilation.build.experiment.name
    path = os.path.join(made.folder, made.script)
    put(path, signed(text, SCRIPT, f"{name} on this machine"))
    freeze(compilation, tasks)
    return made


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
    )


def put(path: str, text: str) -> None:
    """A file of this text, also where there is one. Raises OSError.

    What a shell reads line by line is never written over: it goes on with the old one.
    """
    old = read(path, None)
    if isinstance(old, OSError):
        raise old
    if old != text.encode():
        replace_files([NewFile(path, text.encode(), old if isinstance(old, bytes) else None)])


def variables_here(profile: Profile) -> Mapping[str, str]:
    """The variables of the environment that runs of a profile have on this machine."""
    return {**os.environ, **profile.environment}
