"""What evaluations on this machine are started from: their script, beside that of the runs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tcwc.api.compilation import Compilation
from tcwc.api.job_script import evaluation_script, write_scripts
from tcwc.api.jobs_folder import freeze_evaluations, jobs_folder
from tcwc.api.local_script import JobScript, script_of
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.evaluation import evaluation_row
from tcwc.jobs.scripts.signed import signed
from tcwc.jobs.task import Task
from tcwc.model.frozen import replace
from tcwc.model.job_files import EVALUATOR

_LOGS = "evaluate"
"""In the folder of the logs: those of evaluations."""


def evaluation_script_of(compilation: Compilation, profile: Profile) -> JobScript:
    """The script that evaluates, there or not."""
    made = script_of(compilation, profile)
    script = os.path.join(os.path.dirname(made.script), EVALUATOR)
    return replace(made, script=script, logs=os.path.join(made.logs, _LOGS))


def prepare_evaluations(
    compilation: Compilation,
    evaluations: Sequence[EvaluationTask],
    tasks: Sequence[Task],
    profile: Profile,
) -> JobScript:
    """Write the script that evaluates, and freeze the configs of evaluations; `tasks` are all runs.

    Raises WriteError, OSError, NotAWord.
    """
    made = evaluation_script_of(compilation, profile)
    jobs_folder(compilation)
    os.makedirs(made.logs, exist_ok=True)
    folders = {task.run: task.folder for task in tasks}
    rows = [evaluation_row(each, folders.get(each.run, ""), 0) for each in evaluations]
    output = os.path.relpath(os.path.abspath(compilation.folder), made.folder)
    text = evaluation_script(compilation, rows, profile, output=output)
    named = f"{compilation.build.experiment.name} on this machine"
    write_scripts({os.path.join(made.folder, made.script): signed(text, EVALUATOR, named)})
    freeze_evaluations(compilation, evaluations)
    return made
