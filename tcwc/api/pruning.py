"""Which checkpoints of finished runs may go, and their removal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tcwc.api.finder import Finder
from tcwc.disk.checkpoints import Weighed, leads_elsewhere, remove, weigh
from tcwc.jobs.places import NoPlace
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.states.stamp import read_stamp
from tcwc.jobs.task import Task
from tcwc.model.epochs import BEST, LAST, BadEpochs, Epochs, is_best, read_epochs
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import IDENTITY, of_attempt
from tcwc.model.problem import Problem
from tcwc.outcomes.best import Best, BestEpoch
from tcwc.outcomes.rows import ResultRow, by_run

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


class NotPruned(Problem):
    """Why no checkpoint may go."""


@dataclass(frozen=True, slots=True)
class Prunable:
    """The checkpoints of a run that may go, `left` those that are left alone, with why; `end` is
    the file of the stamp that was written when its training ended. `best` is the epoch that stays
    by its value, None where that was not asked for, or cannot be told; `better` one that was
    better, and is not there any more."""

    task: Task
    folder: str
    end: str
    checkpoints: tuple[Weighed, ...]
    left: tuple[Weighed, ...]
    best: BestEpoch | None = None
    better: BestEpoch | None = None

    @property
    def bytes(self) -> int:
        """What goes with them."""
        return sum(each.bytes for each in self.checkpoints)


def read_keep(keep: str) -> Epochs:
    """What can be kept of each run: its last epoch, or that and the best by a metric. Raises
    NotPruned."""
    with suppress(BadEpochs):
        epochs = read_epochs(keep)
        if epochs == LAST or is_best(epochs):
            return epochs
    help = f"write --keep {LAST}, or --keep {BEST}METRIC with one that evaluations measured"
    raise NotPruned(f"--keep {keep} is not known", help)


def prunable(
    compilation: Compilation,
    runs: Sequence[Task],
    rows: Iterable[RunStatus],
    best: Best | None = None,
    measured: Sequence[ResultRow] = (),
) -> Iterator[Prunable]:
    """The checkpoints of those runs that are finished, but for the last ones and the `best` by what
    was `measured`."""
    training = compilation.build.experiment.target.training
    if training is None or not training.checkpoint:
        return
    finished = {row.run for row in rows if row.state == "finished"}
    finder, of = Finder(compilation), by_run(measured)
    for task in runs:
        if task.run not in finished:
            continue
        found = finder.of(task)
        place = finder.place(task)
        if isinstance(place, NoPlace):
            continue
        epochs = training.epochs_in(found.names)
        last = task.epochs - 1 if task.epochs else max(epochs, default=0)
        there = {epoch: name for epoch, name in sorted(epochs.items()) if epoch <= last}
        if last in there and len(there) > 1:
            its = of.get(task.run, [])
            kept = best.of(its, task.run, there) if best else None
            weighed = _weighed(place, found.texts, there, last, kept)
            if weighed or isinstance(kept, BestEpoch):
                yield Prunable(
                    task,
                    place,
                    _end(found.texts),
                    tuple(each for each in weighed if not each.why),
                    tuple(each for each in weighed if each.why),
                    kept if isinstance(kept, BestEpoch) else None,
                    _gone(best, its, task.run, there),
                )


def _gone(
    best: Best | None, measured: Sequence[ResultRow], run: str, there: Collection[int]
) -> BestEpoch | None:
    """The best of all epochs of a run that were measured, by its rows, where it is not there any
    more."""
    if best is None:
        return None
    its = (row for row in measured if row.included and best.is_of(row.evaluation, row.metric))
    every = {row.epoch for row in its if row.epoch is not None}
    found = best.of(measured, run, every.union(there))
    return found if isinstance(found, BestEpoch) and found.epoch not in there else None


def _weighed(
    place: str,
    texts: Mapping[str, str | None],
    epochs: Mapping[int, str],
    last: int,
    best: BestEpoch | str | None,
) -> list[Weighed]:
    """The checkpoints of a run but for the last and the best, or why none is known to be that."""
    if isinstance(best, str):
        return [Weighed(epochs[each], 0, best) for each in epochs if each != last]
    kept = (last, best.epoch if best else last)
    before = [name for epoch, name in epochs.items() if epoch not in kept]
    for epoch in kept:
        if elsewhere := leads_elsewhere(place, epochs[epoch]):
            return [Weighed(name, 0, f"{elsewhere}, perhaps into it") for name in before]
    return weigh(place, before, _end(texts))


def _end(texts: Mapping[str, str | None]) -> str:
    """The file that was written when the last training ended."""
    trained = read_stamp(texts).trained
    return of_attempt(trained[-1].number, "end") if trained else ""


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
