"""The job script of some runs, and the writing of scripts that people may have edited."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.api.templates import template
from tcwc.disk.errors import WriteError
from tcwc.disk.system import read
from tcwc.disk.whole import NewFile, replace_files
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.evaluation import evaluation_text
from tcwc.jobs.scripts.job import job_text
from tcwc.jobs.scripts.signed import standing_script
from tcwc.jobs.task import Task
from tcwc.model.job_files import JOBS
from tcwc.model.limits import SCRIPT
from tcwc.model.signature import Signature

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation

_EVALUATION = "eval.sh"


def scripts_folder(compilation: Compilation, profile: Profile) -> str:
    """Where the scripts for a profile are, as an absolute path."""
    return os.path.join(os.path.abspath(compilation.folder), JOBS, profile.name)


def job_script(
    compilation: Compilation,
    tasks: Sequence[Task],
    profile: Profile,
    *,
    output: str,
    facts: str = "",
    lines: Sequence[str] = (),
    name: str = "",
) -> str:
    """The text of a job script whose frozen configs are in `output`, from where runs begin.

    `facts` is what the facts about them are called by, `lines` are those for sbatch; `name` is what
    stamps call the experiment, if not as it is called. Raises NotAWord.
    """
    experiment = compilation.build.experiment
    training = experiment.target.training
    assert training is not None
    return job_text(
        template(training.script),
        name or experiment.name,
        experiment.recipe,
        tasks,
        profile,
        distributed=compilation.recipe is not None and compilation.recipe.distributed,
        facts=facts,
        output=output,
        lines=lines,
        up=_up(compilation, profile),
    )


def _up(compilation: Compilation, profile: Profile) -> str:
    return os.path.relpath(compilation.place.folder or ".", scripts_folder(compilation, profile))


def evaluation_script(
    compilation: Compilation,
    rows: Sequence[str],
    profile: Profile,
    *,
    output: str,
    lines: Sequence[str] = (),
) -> str:
    """The text of the script that evaluates, by its rows; the rest is as `job_script` has it."""
    return evaluation_text(
        template(_EVALUATION),
        compilation.build.experiment.name,
        rows,
        profile,
        output=output,
        lines=lines,
        up=_up(compilation, profile),
    )


def write_scripts(texts: Mapping[str, str], *, force: bool | None = None) -> list[str]:
    """Write signed scripts to their paths, all or none; gives the paths of those that changed.

    Each is a new file: a shell that reads the old one goes on with it. One that was edited by hand,
    or that is somebody else's, is left alone unless with `force`, of which None says that there is
    no such option. Raises WriteError, OSError.
    """
    files = []
    for path, text in texts.items():
        old = read(path, None, SCRIPT)
        if isinstance(old, Exception):
            raise WriteError(f"{os.path.relpath(path)} is in the way: {old}", "move it")
        if old == text.encode():
            continue
        if old is not None and not force:
            _check_ours(path, old, "move it away" if force is None else "--force writes over it")
        files.append(NewFile(path, text.encode(), old))
    replace_files(files)
    return [each.path for each in files]


def _check_ours(path: str, old: bytes, way_out: str) -> None:
    kind = standing_script(old.decode(errors="surrogateescape"))
    if kind in (Signature.INTACT, Signature.EMPTY):
        return
    what = "was edited by hand" if kind is Signature.EDITED else "was not written by tcwc"
    help = "make the change in the experiment or in the profile (`setup:`, `directives:`)"
    raise WriteError(f"{os.path.relpath(path)} {what}", f"{help}; {way_out}")
