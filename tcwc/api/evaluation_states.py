"""Which evaluations of an experiment have a result on this machine."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tcwc.api.finder import Finder
from tcwc.disk.plain import read_plain
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.job import EvaluationJob, jobs_of
from tcwc.jobs.places import NoPlace
from tcwc.jobs.scripts.evaluations import evaluation_in
from tcwc.jobs.states.stamp import Attempt, read_stamp
from tcwc.jobs.task import Task
from tcwc.model.job_files import STAMP as ATTEMPTS
from tcwc.model.job_files import of_attempt
from tcwc.outcomes.evaluated import STAMP, EvaluationStamp, read_evaluated
from tcwc.outcomes.evaluation_state import (
    DONE,
    EVALUATED,
    FAILED,
    MISSING,
    PRUNED,
    FailedEvaluation,
    evaluation_state,
    last_failed,
)

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation

_LARGEST = 1 << 16


def evaluation_states(
    compilation: Compilation, evaluations: Iterable[EvaluationTask], variables: Mapping[str, str]
) -> list[tuple[EvaluationTask, str]]:
    """Evaluations, each with what became of it on this machine; `variables` are those of the
    environment that jobs have."""
    finder = Finder(compilation, variables)
    return [(task, _state(task, finder)) for task in evaluations]


def _state(task: EvaluationTask, finder: Finder) -> str:
    path = finder.where(task.results)
    if isinstance(path, NoPlace) or finder.is_closed(path):
        return MISSING
    state = _left(task, path, finder)
    is_gone = state != EVALUATED and finder.is_pruned(task.weights)
    return PRUNED if is_gone and _is_current(task, path, finder) else state


def _is_current(task: EvaluationTask, path: str, finder: Finder) -> bool:
    """Whether the run in whose folder results go has its meaning of today: one that has another
    will be trained anew, with all its weights."""
    identity = read_stamp(finder.look(_run_of(path)).texts).identity
    return identity is not None and (
        (identity.science_hash, identity.world) == (task.science_hash, task.world)
    )


def _left(task: EvaluationTask, path: str, finder: Finder) -> str:
    """What became of an evaluation, by what is where its results go."""
    text, names = "", list[str]()
    with suppress(OSError, UnicodeDecodeError):
        text = read_plain(os.path.join(path, STAMP), _LARGEST).decode()
    if not text:
        names = _beside(path)
    stamp = read_evaluated(text) if text else None
    tried = _tried(stamp, path, finder) if stamp and task.run else ()
    return evaluation_state(task, stamp, names, tried)


def _beside(path: str) -> list[str]:
    with suppress(OSError):
        return os.listdir(os.path.dirname(path))
    return []


def failed_evaluations(
    compilation: Compilation,
    found: Iterable[tuple[EvaluationTask, str]],
    variables: Mapping[str, str],
) -> Iterator[FailedEvaluation]:
    """Those of some evaluations, with what became of them, that failed."""
    finder = Finder(compilation, variables)
    for task, state in found:
        if state == FAILED:
            path = finder.path(task.results)
            folder = os.path.join(os.path.dirname(path), last_failed(task, _beside(path)))
            yield FailedEvaluation(task.run, task.evaluation, task.label, folder)


def _tried(stamp: EvaluationStamp, path: str, finder: Finder) -> Sequence[Attempt]:
    """The attempts of the run in whose folder a result lies, where any came after it: they are read
    for few."""
    run = _run_of(path)
    next = of_attempt(stamp.attempt + 1, "start")
    if not os.path.lexists(os.path.join(run, ATTEMPTS, next)):
        return ()
    return read_stamp(finder.look(run).texts).trained


def _run_of(path: str) -> str:
    """The folder of a run, by one of results in it."""
    return os.path.dirname(os.path.dirname(os.path.dirname(path)))


def jobs_left(
    found: Iterable[tuple[EvaluationTask, str]],
    tasks: Sequence[Task],
    trained: Collection[str],
    *,
    others: bool,
) -> list[EvaluationJob]:
    """The evaluations without a result, as jobs: of the runs that are `trained`, by their ids, and
    with `others` those of what is no run's."""
    wanted = [
        task
        for task, state in found
        if state not in DONE and (task.run in trained if task.run else others)
    ]
    return jobs_of(wanted, tasks)


def left_in_jobs(
    found: Sequence[tuple[EvaluationTask, str]],
    tasks: Sequence[Task],
    trained: Collection[str],
    *,
    others: bool,
) -> list[Task]:
    """The same, each as what it takes of its job, which has what all evaluations of it need."""
    whole = {job.run: job.task for job in jobs_of((task for task, _ in found), tasks)}
    return [
        evaluation_in(whole[job.run], each)
        for job in jobs_left(found, tasks, trained, others=others)
        for each in job.tasks
    ]
