"""Which checkpoints of finished runs may go, and their removal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.api.finder import Finder
from tcwc.disk.checkpoints import Weighed, leads_elsewhere, remove, weigh
from tcwc.jobs.places import NoPlace
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.states.stamp import read_stamp
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import IDENTITY, of_attempt
from tcwc.model.problem import Problem

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


class NotPruned(Problem):
    """Why no checkpoint may go."""


@dataclass(frozen=True, slots=True)
class Prunable:
    """The checkpoints of a run that may go, `left` those that are left alone, with why; `end` is
    the file of the stamp that was written when its training ended."""

    task: Task
    folder: str
    end: str
    checkpoints: tuple[Weighed, ...]
    left: tuple[Weighed, ...]

    @property
    def bytes(self) -> int:
        """What goes with them."""
        return sum(each.bytes for each in self.checkpoints)


def check_keep(keep: str) -> None:
    """Refuse what cannot be kept by. Raises NotPruned."""
    if keep == "last":
        return
    if keep.startswith("best:"):
        raise NotPruned(
            f"--keep {keep}: which epoch was best cannot be told: what trainings log has steps and"
            " no epochs",
            "evaluations of epochs tell it, which this version does not read yet; `--keep last`"
            " keeps the last epoch of each run",
        )
    raise NotPruned(f"--keep {keep} is not known", "write --keep last")


def prunable(
    compilation: Compilation, runs: Sequence[Task], rows: Iterable[RunStatus]
) -> Iterator[Prunable]:
    """The checkpoints but for the last ones of those runs that are finished."""
    training = compilation.build.experiment.target.training
    if training is None or not training.checkpoint:
        return
    finished = {row.run for row in rows if row.state == "finished"}
    finder = Finder(compilation)
    name = re.compile(re.escape(training.checkpoint).replace(r"\{epoch\}", "(0|[1-9][0-9]{0,8})"))
    for task in runs:
        if task.run not in finished:
            continue
        found = finder.of(task)
        place = finder.place(task)
        if isinstance(place, NoPlace):
            continue
        epochs = {int(f[1]): f[0] for f in map(name.fullmatch, found.names) if f}
        last = task.epochs - 1 if task.epochs else max(epochs, default=0)
        before = [epochs[each] for each in sorted(epochs) if each < last]
        if last in epochs and before:
            trained = read_stamp(found.texts).trained
            end = of_attempt(trained[-1].number, "end") if trained else ""
            elsewhere = leads_elsewhere(place, epochs[last])
            weighed = (
                [Weighed(name, 0, f"{elsewhere}, perhaps into it") for name in before]
                if elsewhere
                else weigh(place, before, end)
            )
            yield Prunable(
                task,
                place,
                end,
                tuple(each for each in weighed if not each.why),
                tuple(each for each in weighed if each.why),
            )


def prune(compilation: Compilation, each: Prunable) -> list[str]:
    """Remove the checkpoints of a run that may go; gives the names of those that are gone.

    Raises OSError, also where the folder is not the run's any more.
    """
    experiment, task = compilation.build.experiment.name, each.task

    def is_ours(text: str | None) -> bool:
        identity = read_stamp({IDENTITY: text}).identity
        return identity is not None and (
            (identity.experiment, identity.run, identity.science_hash)
            == (experiment, task.run, task.science_hash)
        )

    names = [checkpoint.name for checkpoint in each.checkpoints]
    return remove(each.folder, names, is_ours, each.end)
