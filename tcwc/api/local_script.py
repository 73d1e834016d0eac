"""What runs of this machine are started from: the job script beside the configs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tcwc.api.compilation import Compilation
from tcwc.disk.whole import NewFile, replace_files
from tcwc.jobs.profile import Profile
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass

SLURM = "slurm"
"""The folder of jobs, in the output folder."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job script, relative to the `folder` that runs begin in, and the folder of their logs."""

    folder: str
    script: str
    logs: str


def where(compilation: Compilation, profile: Profile) -> Prepared:
    """Where the job script of a profile is, there or not."""
    folder = os.path.abspath(compilation.place.folder)
    jobs = os.path.join(os.path.abspath(compilation.folder), SLURM, profile.name)
    script = os.path.relpath(os.path.join(jobs, "job.sbatch"), folder)
    return Prepared(folder, script, os.path.join(jobs, "logs"))


def prepare(compilation: Compilation, tasks: Sequence[Task], profile: Profile) -> Prepared:
    """Write the job script of runs, and freeze their configs. Raises OSError, WriteError."""
    prepared = where(compilation, profile)
    os.makedirs(prepared.logs, exist_ok=True)
    _write(os.path.join(compilation.folder, SLURM, ".gitignore"), "*\n")
    return prepared


def left_of(compilation: Compilation, tasks: Sequence[Task]) -> list[Task]:
    return list(tasks)


def _write(path: str, text: str) -> None:
    replace_files([NewFile(path, text.encode())])
