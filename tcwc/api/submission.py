"""What `tcwc slurm` writes: the scripts that submit the runs of an experiment, and run them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.api.evaluating import evaluation_tasks
from tcwc.api.facts import note_facts, path_here, reads_of
from tcwc.api.job_script import evaluation_script, job_script, scripts_folder, write_scripts
from tcwc.api.templates import template
from tcwc.builds.check import check
from tcwc.disk import data
from tcwc.disk.boundary import real_path
from tcwc.disk.inputs import seen
from tcwc.jobs.arrays import comment_of, evaluation_comment, label_of
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.job import jobs_of
from tcwc.jobs.places import NoPlace, place_of
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.directives import Sheet, own_directives, sheet
from tcwc.jobs.scripts.evaluations import NO_EVALUATIONS, SubmittedEvaluations, evaluations_of
from tcwc.jobs.scripts.quoting import folder_word
from tcwc.jobs.scripts.signed import signed
from tcwc.jobs.scripts.submit import Layout, kinds_of, submit_text, warm_up_text
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import EVALUATOR, LOGS, SCRIPT, SUBMITTER, WARM_UP
from tcwc.model.printable import shell_path
from tcwc.model.problem import Problem
from tcwc.model.training import Inputs
from tcwc.model.words import how_many

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation

_TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")
_SIGNAL = "B:USR1@120"
_SHOWN = 5


class NotSubmitted(Problem):
    """Runs that cannot be submitted as they are."""


@dataclass(frozen=True, slots=True)
class Submission:
    """The scripts of some runs, by their names, and the `folder` that they belong in.

    `sheet` is what sbatch is told of the runs, `evaluations` what is measured of them; `next` is
    the command that submits the runs.
    """

    folder: str
    texts: Mapping[str, str]
    sheet: Sheet
    evaluations: tuple[EvaluationTask, ...]
    next: str


def check_current(compilation: Compilation) -> None:
    """Refuse configs that are not what their source compiles to. Raises NotSubmitted, and what
    `Compilation.build` does."""
    path = shell_path(compilation.place.path)
    if compilation.lock is None:
        message = f"{compilation.folder} has no configs of {compilation.place.path} yet"
        raise NotSubmitted(message, f"build them first: `tcwc build {path}`")
    compilation.check_owner()
    found = check(compilation.build, compilation.build.folder)
    if found.drift:
        lines = [f"  {each.file}: {each.what}" for each in found.drift[:_SHOWN]]
        if len(found.drift) > _SHOWN:
            lines.append(f"  ... and {len(found.drift) - _SHOWN} more")
        message = f"{compilation.place.path}: the configs are not what this source compiles to"
        raise NotSubmitted(message, f"build them first: `tcwc build {path}`", lines)
    if found.crlf:
        message = f"line ends were changed in {found.crlf:,} files of {compilation.folder}"
        help = f"a job compares hashes: write them again with `tcwc build {path} --force`"
        raise NotSubmitted(message, help)


def check_tasks(
    compilation: Compilation, tasks: Sequence[Task], profile: Profile, variables: Mapping[str, str]
) -> None:
    """Refuse runs without a time limit, and folders that no later look would find.

    `variables` are those of the environment that the runs will have. Raises NotSubmitted, NotAWord.
    """
    timeless = [task.run for task in tasks if task.needs.time is None]
    if timeless:
        is_all = len(timeless) == len(tasks)
        message = "no run has a time limit" if is_all else f"{_some(timeless)} have no time limit"
        example = ("  resources:", "    time: 12:00:00")
        raise NotSubmitted(message, "say how long a run takes at most:", example=example)
    for folder in dict.fromkeys(task.folder for task in tasks):
        if not folder:
            key = compilation.build.experiment.target.write_keys[0]
            message = "the configs of some runs name no folder to write to"
            raise NotSubmitted(message, f"write `{key}` under `controls:`")
        folder_word(folder)
    lost = [
        (task.run, why)
        for task in tasks
        if (why := _lost(compilation, task.folder, profile, variables))
    ]
    if lost:
        key = compilation.build.experiment.target.write_keys[0]
        more = f"; so would {how_many(len(lost) - 1, 'other run')}" if len(lost) > 1 else ""
        raise NotSubmitted(
            f"{lost[0][0]} would write to {lost[0][1]}{more}",
            f"write `{key}:` under `controls:`, with a folder that all machines see; where they see"
            f" this one, name it under `shared:` of the profile {profile.name}"
            if not profile.shared
            else f"name a folder below {' or '.join(profile.shared)}, or name its own under"
            f" `shared:` of the profile {profile.name}",
        )


def _some(runs: Sequence[str]) -> str:
    more = f" and {len(runs) - _SHOWN} more" if len(runs) > _SHOWN else ""
    return ", ".join(runs[:_SHOWN]) + more


def _lost(
    compilation: Compilation, folder: str, profile: Profile, variables: Mapping[str, str]
) -> str:
    """The folder of a run whose stamp other machines would not see, and why; "" for others."""
    found = place_of(folder, variables)
    if isinstance(found, NoPlace):
        return ""
    whole = os.path.normpath(os.path.join(os.path.abspath(compilation.place.folder), found))
    places = {whole, real_path(whole)}
    shared = [place_of(each, variables) for each in profile.shared]
    known = [each for each in shared if isinstance(each, str)]
    if any(_is_below(place, each) for place in places for each in known):
        return ""
    if profile.shared and len(known) == len(shared):
        return f"{whole}, which is below none of the folders that {profile.name} calls shared"
    if not profile.shared and any(_is_below(whole, each) for each in _TEMPORARY):
        return f"{whole}, which only one machine sees, and not for long"
    return ""


def _is_below(path: str, folder: str) -> bool:
    return os.path.join(path, "").startswith(os.path.join(os.path.normpath(folder), ""))


def prepare(
    compilation: Compilation,
    tasks: Sequence[Task],
    profile: Profile,
    *,
    remake: str,
    variables: Mapping[str, str],
) -> Submission:
    """The scripts of runs, and the facts about them, which are written down. `remake` is the
    command that writes the scripts again. Raises NotAWord, OSError."""
    training = compilation.build.experiment.target.training
    assert training is not None
    experiment = compilation.build.experiment.name
    layout = _layout(compilation, profile, remake)
    label = label_of(experiment, layout.output)
    reads = reads_of(compilation, tasks)
    distinct = list(dict.fromkeys(reads.values()))
    known = note_facts(compilation, distinct, variables)
    log = f"{layout.logs.replace('%', '%%')}/%A_%a.log"
    own = own_directives(experiment, log, comment_of(label, 0), _SIGNAL)
    told = sheet(profile, tasks, own)
    kinds = list(kinds_of(told.batches, reads, _sizes(compilation, distinct, variables)))
    evaluated = evaluation_tasks(compilation, tasks)
    lines, evaluations = _evaluations(compilation, tasks, evaluated, profile, layout)
    texts = {
        SCRIPT: job_script(
            compilation, tasks, profile, output=layout.output, facts=known, lines=told.lines
        ),
        SUBMITTER: submit_text(
            template("submit.sh"),
            experiment,
            profile,
            layout,
            told.batches,
            kinds,
            distinct,
            evaluations,
        ),
    }
    if evaluations.rows:
        rows, output = evaluations.rows, layout.output
        texts[EVALUATOR] = evaluation_script(compilation, rows, profile, output=output, lines=lines)
    if any(each.fetched for each in kinds):
        texts |= _warm_up(experiment, profile, layout, training.warm_up)
    named = f"{experiment} on {profile.name}"
    folder = scripts_folder(compilation, profile)
    return Submission(
        folder,
        {name: signed(text, name, named) for name, text in texts.items()},
        told,
        tuple(evaluated),
        f"bash {shell_path(os.path.join(os.path.relpath(folder), SUBMITTER))}",
    )


def _evaluations(
    compilation: Compilation,
    tasks: Sequence[Task],
    evaluated: Sequence[EvaluationTask],
    profile: Profile,
    layout: Layout,
) -> tuple[Sequence[str], SubmittedEvaluations]:
    """The lines for sbatch of the script that evaluates runs, and the evaluations."""
    jobs = jobs_of(evaluated, tasks)
    if not jobs:
        return (), NO_EVALUATIONS
    experiment = compilation.build.experiment.name
    log = f"{layout.logs.replace('%', '%%')}/evaluate_%A_%a.log"
    comment = evaluation_comment(label_of(experiment, layout.output), 0)
    own = own_directives(f"{experiment}-evaluate", log, comment, _SIGNAL)
    told = sheet(profile, [each.task for each in jobs], own)
    folders = {task.run: task.folder for task in tasks}
    return told.lines, evaluations_of(jobs, told.batches, folders)


def _warm_up(experiment: str, profile: Profile, layout: Layout, program: str) -> dict[str, str]:
    """The job that reads tokenizer and data before all others, and the program that does it."""
    text = data.read_text("scripts/warm_up.sh")
    name = f"{experiment}-warm-up"
    return {
        WARM_UP: warm_up_text(text, profile, name, layout.here, program),
        program: data.read_text(f"scripts/{program}"),
    }


def _layout(compilation: Compilation, profile: Profile, remake: str) -> Layout:
    start = os.path.abspath(compilation.place.folder)
    output = os.path.abspath(compilation.folder)
    here = scripts_folder(compilation, profile)
    relative = os.path.relpath(here, start)
    return Layout(
        relative,
        os.path.relpath(output, start),
        os.path.relpath(start, here),
        profile.logs or os.path.join(relative, LOGS),
        remake,
    )


def _sizes(
    compilation: Compilation, reads: Sequence[Inputs], variables: Mapping[str, str]
) -> Mapping[str, int]:
    found = {}
    for path in dict.fromkeys(path for each in reads for path in each.weights):
        at = path_here(compilation.place, path, variables)
        status = seen(at) if at is not None else None
        if status is not None:
            found[path] = status.size
    return found


def write(submission: Submission, *, force: bool = False) -> list[str]:
    """Write scripts to their folder, all or none; gives the names of those that changed.

    One that was edited by hand, or that is somebody else's, is left alone unless with `force`.
    Raises WriteError, OSError.
    """
    os.makedirs(submission.folder, exist_ok=True)
    paths = {os.path.join(submission.folder, name): text for name, text in submission.texts.items()}
    return [os.path.basename(each) for each in write_scripts(paths, force=force)]


def resuming(tasks: Sequence[Task]) -> Iterator[tuple[str, list[str]]]:
    """How runs go on after an end in the middle, in words, each with the ids of the runs."""
    found: dict[str, list[str]] = {}
    for task in tasks:
        if task.resumes == "exact":
            words = "resumes exactly"
        elif task.resumes == "close":
            words = f"resumes, not bit-equal ({task.why or 'dropout'})"
        else:
            words = "starts over" + (f" ({task.why})" if task.why else "")
        found.setdefault(words, []).append(task.run)
    yield from found.items()
