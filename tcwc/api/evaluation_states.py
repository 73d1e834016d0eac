"""Which evaluations of an experiment have a result on this machine."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tcwc.disk.boundary import real_path
from tcwc.disk.plain import read_plain
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.job import EvaluationJob, jobs_of
from tcwc.jobs.places import NoPlace, place_of
from tcwc.jobs.scripts.evaluations import evaluation_in
from tcwc.jobs.task import Task
from tcwc.outcomes.evaluated import STAMP, read_evaluated
from tcwc.outcomes.evaluation_state import EVALUATED, MISSING, evaluation_state

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation

_LARGEST = 1 << 16


def evaluation_states(
    compilation: Compilation, evaluations: Iterable[EvaluationTask], variables: Mapping[str, str]
) -> list[tuple[EvaluationTask, str]]:
    """Evaluations, each with what became of it on this machine; `variables` are those of the
    environment that jobs have."""
    home = real_path(compilation.place.folder)
    guard = compilation.place.guard
    found = []
    for task in evaluations:
        place = place_of(task.results, variables)
        path = "" if isinstance(place, NoPlace) else os.path.join(home, place)
        is_hidden = not path or (guard.is_strict and guard.is_outside(path))
        found.append((task, MISSING if is_hidden else _state(task, path)))
    return found


def _state(task: EvaluationTask, path: str) -> str:
    text, names = "", []
    with suppress(OSError, UnicodeDecodeError):
        text = read_plain(os.path.join(path, STAMP), _LARGEST).decode()
    if not text:
        with suppress(OSError):
            names = os.listdir(os.path.dirname(path))
    return evaluation_state(task, read_evaluated(text) if text else None, names)


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
        if state != EVALUATED and (task.run in trained if task.run else others)
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
