"""The evaluations of one run as one job, which does them one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.resources import Needs

NO_RUN = "-"
"""What the job script calls all that is of no run: base models, and other checkpoints."""
_BESIDE = "baselines"
"""What stands for the id of a run where there is none."""


@dataclass(frozen=True, slots=True)
class EvaluationJob:
    """All evaluations of one run, of which there is at least one; or of all that is no run's.

    `run` is "" and `name` says what is evaluated where it is no run's.
    """

    run: str
    name: str
    tasks: tuple[EvaluationTask, ...]

    @property
    def word(self) -> str:
        """What the job script is given to do these."""
        return self.run or NO_RUN

    @property
    def task(self) -> Task:
        """It as a job that needs something of a machine: as much as the largest of its evaluations
        needs, for as long as all of them take."""
        needs = _together([each.needs for each in self.tasks])
        run, index = self.run or _BESIDE, self.tasks[0].index
        return Task(
            -1 if index is None else index,
            run,
            self.name,
            sha256="",
            science_hash=self.tasks[0].science_hash,
            was=(),
            folder="",
            nodes=1,
            processes=needs.gpus or 1,
            batch=None,
            epochs=None,
            resumes="no",
            why="",
            names="",
            needs=needs,
        )


def jobs_of(evaluations: Iterable[EvaluationTask], tasks: Iterable[Task]) -> list[EvaluationJob]:
    """Evaluations as jobs, in the order of the runs; what is no run's comes last."""
    names = {task.run: task.name for task in tasks}
    found: dict[str, list[EvaluationTask]] = {}
    for each in sorted(evaluations, key=lambda each: (each.index is None, each.index or 0)):
        found.setdefault(each.run, []).append(each)
    return [
        EvaluationJob(run, names[run] if run else _labels(members), tuple(members))
        for run, members in found.items()
        if not run or run in names
    ]


def _labels(evaluations: Iterable[EvaluationTask]) -> str:
    return ", ".join(dict.fromkeys(each.label for each in evaluations))


def _together(needs: Sequence[Needs]) -> Needs:
    """The needs of evaluations that one job does one after the other."""
    times = [each.time for each in needs]
    return Needs(
        time=None if None in times else sum(filter(None, times)),
        gpus=_most(each.gpus for each in needs),
        cpus=_most(each.cpus for each in needs),
        memory=_most(each.memory for each in needs),
    )


def _most(numbers: Iterable[int | None]) -> int | None:
    return max((each for each in numbers if each is not None), default=None)
