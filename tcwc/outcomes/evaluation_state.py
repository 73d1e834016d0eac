"""What became of an evaluation, by what lies where its results go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.states.stamp import Attempt
from tcwc.model.frozen import dataclass
from tcwc.model.words import how_many
from tcwc.outcomes.attempts import trained_again
from tcwc.outcomes.evaluated import FINISHED, EvaluationStamp

EVALUATED, MISSING, FAILED, STALE = "evaluated", "missing", "failed", "stale"
"""A result is there; nothing is; something that failed is; a result of another meaning, of weights
that were trained again since, or one that was copied there, is."""
PRUNED = "pruned"
"""No result of today's meaning is there, and none can be made: `tcwc prune` removed the weights."""
DONE = (EVALUATED, PRUNED)
"""What leaves nothing to do."""
LOG = "log.txt"
"""In the folder of a result, or of what failed: what the tool printed."""
PART = ".part"
"""How the name of a folder ends in which a tool works, and that notes the attempts."""
FAILED_NAME = ".failed-"
"""In the name of a folder that keeps what an attempt left which failed."""


def evaluation_state(
    task: EvaluationTask,
    stamp: EvaluationStamp | None,
    beside: Collection[str],
    tried: Sequence[Attempt],
) -> str:
    """What became of an evaluation, by the stamp in the folder of its results, None where there is
    none, the names in the folder of that, and the attempts of its run; scripts/eval.sh has what
    they mean. Whether its weights were pruned is not in these."""
    if stamp is None or stamp.state != FINISHED:
        return FAILED if last_failed(task, beside) else MISSING
    is_again = trained_again(tried, stamp.attempt, task.epoch) is not None
    return EVALUATED if is_of(task, stamp) and not is_again else STALE


def is_of(task: EvaluationTask, stamp: EvaluationStamp) -> bool:
    """Whether a result is of what is evaluated today, in the meaning that it has today, and was not
    copied there from another one."""
    its = stamp.evaluation_hash, stamp.science_hash, stamp.world
    named = stamp.evaluation, stamp.run, stamp.label
    return its == (task.evaluation_hash, task.science_hash, task.world) and named == (
        task.evaluation,
        task.run,
        task.label,
    )


@dataclass(frozen=True, slots=True)
class FailedEvaluation:
    """An evaluation without a result whose last attempt failed; `folder` has what that left, with
    its log. `run` is "" for what is of no run."""

    run: str
    evaluation: str
    label: str
    folder: str


def last_failed(task: EvaluationTask, beside: Collection[str]) -> str:
    """The name of what the last attempt left that failed, of the names in the folder of the
    results; "" for none."""
    begins = f"{task.results.rpartition('/')[2]}{FAILED_NAME}"
    found = [each for each in beside if each.startswith(begins)]
    return max(found, key=lambda each: _number(each.removeprefix(begins)), default="")


def _number(text: str) -> tuple[int, str]:
    """The number of an attempt, behind which a sign stands where two had the same."""
    digits = text.rstrip("+")
    return int(digits) if digits.isdecimal() else -1, text


@dataclass(frozen=True, slots=True)
class EvaluationCounts:
    """How many results there are of an evaluation, by its name, and of what has none why."""

    evaluation: str
    evaluated: int
    missing: int
    failed: int
    stale: int
    pruned: int

    @property
    def total(self) -> int:
        """How many are wanted."""
        return self.evaluated + self.left + self.pruned

    @property
    def left(self) -> int:
        """How many are to be done."""
        return self.missing + self.failed + self.stale


def counted(found: Iterable[tuple[EvaluationTask, str]]) -> tuple[EvaluationCounts, ...]:
    """How many evaluations of each name are in each state, in their order."""
    states: dict[str, Counter[str]] = {}
    for task, state in found:
        states.setdefault(task.evaluation, Counter())[state] += 1
    return tuple(
        EvaluationCounts(
            name, each[EVALUATED], each[MISSING], each[FAILED], each[STALE], each[PRUNED]
        )
        for name, each in states.items()
    )


def cannot_be_made(pruned: int) -> str:
    """That so many evaluations are of weights that were pruned."""
    theirs = "its" if pruned == 1 else "their"
    what = how_many(pruned, "evaluation")
    return f"{what} cannot be made: `tcwc prune` removed {theirs} weights"
