"""The stamp of an evaluation: `tcwc.json` in the folder of its results, one line, written last."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.jobs.states.stamp import Attempt, members, whole_in, word_in
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.outcomes.attempts import trained_again

FORMAT = 1
STAMP = "tcwc.json"
FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class EvaluationStamp:
    """What an evaluation says of itself; "" and None where it does not say.

    `run` is "" where no run's weights were evaluated. `sha256` is that of the config that
    trained them, and `attempt` the last one of the run by then.
    """

    experiment: str
    evaluation: str
    evaluation_hash: str
    tool: str
    run: str
    epoch: int | None
    attempt: int
    label: str
    sha256: str
    science_hash: str
    world: int | None
    state: str
    start: int | None
    end: int | None
    host: str
    gpu_name: str


def read_evaluated(text: str) -> EvaluationStamp | None:
    """The stamp of an evaluation; None where it cannot be read, or is of a later tcwc."""
    found = members(text)
    if found is None or not isinstance(found.get("evaluation"), str):
        return None
    if (whole_in(found, "format") or FORMAT) > FORMAT:
        return None
    return EvaluationStamp(
        word_in(found, "experiment"),
        word_in(found, "evaluation"),
        word_in(found, "evaluation_hash"),
        word_in(found, "tool"),
        word_in(found, "run"),
        whole_in(found, "epoch"),
        max(whole_in(found, "attempt") or 1, 1),  # where none is noted: of a later one nobody knows
        word_in(found, "label"),
        word_in(found, "sha256"),
        word_in(found, "science_hash"),
        whole_in(found, "world"),
        word_in(found, "state"),
        whole_in(found, "start"),
        whole_in(found, "end"),
        word_in(found, "host"),
        word_in(found, "gpu_name"),
    )


def not_ours(
    stamp: EvaluationStamp, experiment: str, task: Task | None, tried: Sequence[Attempt]
) -> str:
    """Why an evaluation is of another run, or of other weights of it, than that in whose folder it
    lies; "" where it is its. `task` is None where it lies in no run's; `tried` are the attempts
    that trained."""
    if stamp.experiment != experiment:
        return f"it evaluated one of the experiment {stamp.experiment}"
    if stamp.run != (task.run if task else ""):
        return f"it evaluated {stamp.run or 'what is no run'}"
    if stamp.state != FINISHED:
        return "it did not finish"
    if task is None:
        return ""
    if stamp.science_hash != task.science_hash:
        return "it evaluated another meaning of the run"
    if stamp.world is not None and stamp.world != task.world:
        return f"it evaluated a run of world {stamp.world}, which is {task.world} by now"
    if stamp.sha256 not in (task.sha256, *(each.claim.sha256 for each in tried if each.claim)):
        return "it evaluated a run of another config"
    if later := trained_again(tried, stamp.attempt, stamp.epoch):
        trained = "trained" if later.basis else "may have trained"  # nothing says from where on
        return f"stale: attempt {later.number} {trained} epoch {stamp.epoch} again after it"
    return ""
