"""Copies of configs by their hash, which jobs run: what is built meanwhile changes none of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tcwc.disk.once import write_once
from tcwc.disk.plain import read_plain
from tcwc.model.job_files import FROZEN, JOBS

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.jobs.evaluation import EvaluationTask
    from tcwc.jobs.task import Task

_IGNORED = "*\n"


def jobs_folder(compilation: Compilation) -> str:
    """The folder of jobs, made where it is not there, and kept from git: what is in it depends on
    the machine. Raises OSError."""
    folder = os.path.join(compilation.folder, JOBS)
    os.makedirs(os.path.join(folder, FROZEN), exist_ok=True)
    ignore = os.path.join(folder, ".gitignore")
    if not os.path.lexists(ignore):
        with open(ignore, "x", encoding="utf-8") as file:
            file.write(_IGNORED)
    return folder


def freeze(compilation: Compilation, tasks: Iterable[Task]) -> None:
    """Copy the configs of runs to where jobs read them. Raises OSError."""
    folder = os.path.join(jobs_folder(compilation), FROZEN)
    for task in tasks:
        write_once(folder, f"{task.sha256}.yaml", compilation.runs[task.run].text)


def freeze_evaluations(compilation: Compilation, evaluations: Iterable[EvaluationTask]) -> None:
    """Copy the configs of evaluations to where jobs read them. Raises OSError."""
    folder = os.path.join(jobs_folder(compilation), FROZEN)
    for each in evaluations:
        if each.config:
            text = read_plain(os.path.join(compilation.folder, each.config)).decode()
            write_once(folder, f"{each.config_sha256}.yaml", text)
