"""What some runs of an experiment cost, as far as it says: optimizer steps, GPU hours."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from tcwc.api.work import NoJobs, tasks
from tcwc.model.frozen import dataclass

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


@dataclass(frozen=True, slots=True)
class Costs:
    """What so many `runs` cost at most.

    `steps` are those of `counted` runs, `gpu_seconds` those of the `timed` ones, whose GPUs and
    time limit the experiment says; of the others nobody knows.
    """

    runs: int = 0
    counted: int = 0
    steps: int = 0
    timed: int = 0
    gpu_seconds: int = 0

    def __add__(self, other: Costs) -> Costs:
        return Costs(
            self.runs + other.runs,
            self.counted + other.counted,
            self.steps + other.steps,
            self.timed + other.timed,
            self.gpu_seconds + other.gpu_seconds,
        )


def costs(compilation: Compilation, ids: Collection[str]) -> Costs:
    """What the runs of these ids cost. Raises what `Compilation.runs` does."""
    found = Costs()
    try:
        for task in tasks(compilation, set(ids)) if ids else ():
            steps, seconds = task.steps, task.gpu_seconds
            found += Costs(1, steps is not None, steps or 0, seconds > 0, seconds)
    except NoJobs:  # of runs that are no trainings, or whose needs nobody can tell
        return Costs(len(ids))
    return found
