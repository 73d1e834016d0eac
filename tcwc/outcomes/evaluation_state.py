"""What became of an evaluation, by what lies where its results go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from tcwc.jobs.evaluation import EvaluationTask
from tcwc.model.frozen import dataclass
from tcwc.outcomes.evaluated import FINISHED, EvaluationStamp

EVALUATED, MISSING, FAILED, STALE = "evaluated", "missing", "failed", "stale"
"""A result is there; nothing is; something that failed is; a result of another meaning is."""
PART = ".part"
"""How the name of a folder ends in which a tool works, and that notes the attempts."""
FAILED_NAME = ".failed-"
"""In the name of a folder that keeps what an attempt left which failed."""


def evaluation_state(
    task: EvaluationTask, stamp: EvaluationStamp | None, beside: Collection[str]
) -> str:
    """What became of an evaluation, by the stamp in the folder of its results, None where there is
    none, and the names in the folder of that; scripts/eval.sh has what they mean."""
    if stamp is None or stamp.state != FINISHED:
        begins = f"{task.results.rpartition('/')[2]}{FAILED_NAME}"
        return FAILED if any(each.startswith(begins) for each in beside) else MISSING
    its = stamp.evaluation_hash, stamp.science_hash, stamp.world
    return EVALUATED if its == (task.evaluation_hash, task.science_hash, task.world) else STALE


@dataclass(frozen=True, slots=True)
class EvaluationCounts:
    """How many results there are of an evaluation, by its name, and of what has none why."""

    evaluation: str
    evaluated: int
    missing: int
    failed: int
    stale: int

    @property
    def total(self) -> int:
        """How many there are to be."""
        return self.evaluated + self.missing + self.failed + self.stale


def counted(found: Iterable[tuple[EvaluationTask, str]]) -> tuple[EvaluationCounts, ...]:
    """How many evaluations of each name are in each state, in their order."""
    states: dict[str, Counter[str]] = {}
    for task, state in found:
        states.setdefault(task.evaluation, Counter())[state] += 1
    return tuple(
        EvaluationCounts(name, each[EVALUATED], each[MISSING], each[FAILED], each[STALE])
        for name, each in states.items()
    )
