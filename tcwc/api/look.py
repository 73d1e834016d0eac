"""A look at a run with other values, compiled and checked; nothing of it becomes a run."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.job_script import job_script, write_scripts
from tcwc.api.local_script import JobScript
from tcwc.api.runs import Run, Runs
from tcwc.api.session import Session
from tcwc.disk.once import write_once
from tcwc.jobs.here.look import InOptions, Option, experiment_of, in_folder
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.signed import signed
from tcwc.jobs.task import Task
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.frozen import dataclass, replace
from tcwc.model.job_files import FROZEN, JOBS
from tcwc.model.signature import sha256_text
from tcwc.model.source import SourceText
from tcwc.model.training import Beside
from tcwc.model.values import Value

_SCRIPT = "try.sh"
"""Its name is not that of job scripts, which go to the run directory first."""


@dataclass(frozen=True, slots=True)
class Look:
    """What options make of a run: its config, None where there are errors, and what was found.

    Findings point into `source`, where each option is a line.
    """

    config: dict[str, Value] | None
    found: tuple[Diagnostic, ...]
    source: SourceText


def look_at(
    compilation: Compilation, run: Run, options: Sequence[Option], session: Session
) -> Look:
    """A run with other values: its config, compiled as the experiment's own are."""
    experiment = compilation.build.experiment
    target = experiment.target
    base = os.path.relpath(
        os.path.join(compilation.folder, f"{run.id}.yaml"), compilation.place.folder or os.curdir
    )
    named = {
        "experiment_name": experiment.name,
        target.name: experiment.version,
        "base_config_file": base,
        "recipe": experiment.recipe,
    }
    head = [target.emit(key, value).rstrip("\n") for key, value in named.items()]
    pointing = InOptions(compilation.place.path, head, options)

    def compiled(options: Sequence[Option]) -> Compilation:
        return compile(
            compilation.place.path,
            text=experiment_of(head, options),
            others={compilation.place.shown(base): run.text},
            session=session,
        )

    before = {_known(each) for each in compiled(()).diagnostics}
    made = compiled(options)
    found = [each for each in made.diagnostics if pointing.has(each) or _known(each) not in before]
    told = [pointing.pointed(each) if pointing.has(each) else each for each in found]
    is_wrong = any(each.severity is Severity.ERROR for each in told) or made.experiment is None
    config = None if is_wrong else Runs(made.build_upon(None))[0].config
    return Look(config, tuple(told), pointing.source)


def _known(found: Diagnostic) -> tuple[str, str]:
    return found.code, found.message


def config_in(compilation: Compilation, config: dict[str, Value], folder: str) -> str:
    """The text of a config that writes to a folder."""
    target = compilation.build.experiment.target
    written = in_folder(config, target.write_keys, folder)
    return "".join(target.emit(key, value) for key, value in written.items())


def prepare_look(
    compilation: Compilation,
    task: Task,
    config: dict[str, Value],
    folder: str,
    profile: Profile,
) -> tuple[Task, JobScript]:
    """A look as a job, with a script of its own: all of it is in a `folder` that is no run's.

    Raises OSError, NotAWord.
    """
    experiment = compilation.build.experiment
    training, known = experiment.target.training, compilation.known
    assert training is not None
    assert known is not None
    beside = Beside(task.world, None, compilation.place.text_of)
    seen = training.outlook(config, experiment.recipe, compilation.recipe, known, beside)
    text = config_in(compilation, config, folder)
    sha256 = sha256_text(text)
    made = replace(
        task,
        sha256=sha256,
        science_hash=sha256,  # of no run's
        was=(),
        folder=folder,
        epochs=seen.epochs,
        resumes="no",
        names="",
    )
    start = os.path.abspath(compilation.place.folder)
    jobs = os.path.join(folder, JOBS)
    os.makedirs(os.path.join(jobs, FROZEN))
    write_once(os.path.join(jobs, FROZEN), f"{sha256}.yaml", text)
    output = os.path.relpath(folder, start)
    name = f"{experiment.name}, a look"
    script = os.path.join(jobs, _SCRIPT)
    text = job_script(compilation, [made], profile, output=output, name=name)
    write_scripts({script: signed(text, _SCRIPT, name)})
    return made, JobScript(start, os.path.relpath(script, start), jobs)
