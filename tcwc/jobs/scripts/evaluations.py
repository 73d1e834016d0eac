"""The evaluations of an experiment, as sbatch and submit.sh are told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.job import EvaluationJob
from tcwc.jobs.scripts.bill import takes
from tcwc.jobs.scripts.directives import Batch
from tcwc.jobs.scripts.evaluation import evaluation_row
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass, replace


@dataclass(frozen=True, slots=True)
class EvaluationKind:
    """Evaluations that cost the same: the number of their batch, what one takes at most, in words
    and in GPU-seconds."""

    group: int
    takes: str
    cost: int


@dataclass(frozen=True, slots=True)
class SubmittedEvaluations:
    """Evaluations as they are submitted: what sbatch is told of their jobs, their kinds, the rows
    of their script; `results` are the folders that they write to, as the configs have them."""

    batches: tuple[Batch, ...]
    kinds: tuple[EvaluationKind, ...]
    rows: tuple[str, ...]
    results: tuple[str, ...]


NO_EVALUATIONS = SubmittedEvaluations((), (), (), ())


def evaluations_of(
    jobs: Sequence[EvaluationJob], batches: Sequence[Batch], folders: Mapping[str, str]
) -> SubmittedEvaluations:
    """The evaluations of some jobs, whose batches are these; `folders` are those of the runs, by
    their ids. Raises NotAWord."""
    groups = {task.run: group for group, each in enumerate(batches) for task in each.tasks}
    kinds: dict[EvaluationKind, int] = {}
    rows = [
        evaluation_row(task, folders.get(task.run, ""), kinds.setdefault(kind, len(kinds)))
        for job in jobs
        for task, kind in _kinds(job, groups)
    ]
    results = dict.fromkeys(task.results for job in jobs for task in job.tasks)
    return SubmittedEvaluations(tuple(batches), tuple(kinds), tuple(rows), tuple(results))


def _kinds(
    job: EvaluationJob, groups: Mapping[str, int]
) -> Iterator[tuple[EvaluationTask, EvaluationKind]]:
    """What each evaluation of a job costs there: it has all that the job has."""
    whole = job.task
    for each in job.tasks:
        one = evaluation_in(whole, each)
        yield each, EvaluationKind(groups[whole.run], takes(one), one.gpu_seconds)


def evaluation_in(whole: Task, evaluation: EvaluationTask) -> Task:
    """An evaluation as what it takes of its job."""
    return replace(whole, needs=replace(whole.needs, time=evaluation.needs.time))
