"""What runs left, or will leave, on this machine: the rows of `tcwc export`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from tcwc.api.finder import Finder
from tcwc.api.work import NoJobs
from tcwc.disk.stamps import RunFolder
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.states.stamp import read_stamp
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.training import EpochKept, EpochWeights, Found, Training
from tcwc.model.values import Value
from tcwc.outcomes.exported import Exported

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.status import Status

_NOT_OURS = ("foreign", "unknown")
"""States of runs whose folder is another's, or cannot be looked into."""
_DONE = ("finished", "changed")
"""States of runs that leave nothing more."""

Untold = Callable[[str, str], None]
"""Is told of a run whose weights nobody knows, and why."""


def exported(
    compilation: Compilation,
    tasks: Iterable[Task],
    status: Status,
    untold: Untold = lambda *_: None,
) -> Iterator[Exported]:
    """The weights of runs, by run, epoch and kind; each base stands before the first run of it.

    What is there is told as it is, what is not yet as it will be. Raises NoJobs where nothing is
    known of what runs leave, and what `Compilation.runs` does.
    """
    return _Rows(compilation, status, untold).of(tasks)


@dataclass(frozen=True, slots=True)
class _Epoch:
    """An epoch of a run, and the bytes of its files by their names; None where it is not there."""

    number: int
    is_last: bool
    sizes: Mapping[str, int] | None


class _Rows:
    def __init__(self, compilation: Compilation, status: Status, untold: Untold) -> None:
        experiment = compilation.build.experiment
        if experiment.target.training is None or experiment.target.training.kept is None:
            raise NoJobs(
                f"what runs of {experiment.target.name} leave is not known",
                "look into their folders",
            )
        self._training: Training = experiment.target.training
        self._keeps = experiment.target.training.kept
        self._compilation, self._experiment = compilation, experiment.name
        self._status = {row.run: row for row in status.runs}
        self._finder = Finder(compilation)
        self._untold = untold
        self._bases: set[str] = set()
        self._text_of = cache(self._text)

    def of(self, tasks: Iterable[Task]) -> Iterator[Exported]:
        for task in tasks:
            row = self._status.get(task.run)
            if row is not None:
                yield from self._of_run(task, row)

    def _of_run(self, task: Task, row: RunStatus) -> Iterator[Exported]:
        compilation = self._compilation
        run, known = compilation.runs[task.run], compilation.known
        assert known is not None
        parameters, config = run.parameters, run.config
        folder = self._folder(task, row)
        why = "" if task.epochs or folder.names else "how many epochs it has is not known"
        epochs = list(self._epochs(task, row, folder))
        for epoch in epochs:
            found = Found(None if epoch.sizes is None else tuple(epoch.sizes), self._text_of)
            recipe = compilation.recipe
            kept = self._keeps(config, recipe, known, epoch.number, epoch.is_last, found)
            why = why or (kept.why if not kept.weights else "")
            if kept.base.folder and kept.base.folder not in self._bases:
                self._bases.add(kept.base.folder)
                yield self._row(kept, kept.base)
            about = _Of(task, row, epoch, parameters, _hash(folder, task))
            yield from (self._row(kept, each, about) for each in kept.weights)
        if why or not epochs:
            self._untold(task.run, why or "there are no epochs in its folder")

    def _folder(self, task: Task, row: RunStatus) -> RunFolder:
        if row.state in _NOT_OURS:
            return RunFolder(row.folder)
        return self._finder.of(task)

    def _epochs(self, task: Task, row: RunStatus, folder: RunFolder) -> Iterator[_Epoch]:
        """The epochs that there will be, and those that are there. One that is not in the folder
        of a run that is finished was removed; the last is told, as it is missed."""
        there = self._training.epochs_in(folder.names)
        is_done = row.state in _DONE or row.reason == "files_missing"
        last = task.epochs - 1 if task.epochs else max(there, default=-1)
        due = range(task.epochs or 0) if not is_done else range(last, task.epochs or 0)
        for number in sorted({*there, *due}):
            name = there.get(number)
            sizes = folder.sizes(name) if name else {} if is_done else None
            is_last = number == last and (bool(task.epochs) or is_done)
            yield _Epoch(number, is_last, sizes)

    def _row(self, kept: EpochKept, each: EpochWeights, about: _Of | None = None) -> Exported:
        """A row; that of a base is about no run."""
        sizes = about.epoch.sizes if about else None
        return Exported(
            self._experiment,
            about.task.run if about else "",
            about.status.name if about else "",
            each.kind,
            about.epoch.number if about else None,
            about.epoch.is_last if about else True,
            about.status.state if about else "",
            about.parameters if about else {},
            about.science_hash if about else "",
            self._finder.path(each.folder),
            each.files,
            sum(sizes[name] for name in each.files) if sizes and each.files else None,
            each.adapter_config,
            self._finder.path(kept.base.folder),
            kept.base_id,
            self._finder.path(kept.tokenizer),
            kept.dataset if about else "",
            kept.prompt_template if about else None,
            kept.lora_rank if about else None,
            kept.lora_alpha if about else None,
            each.loads_offline,
            each.why_not,
        )

    def _text(self, name: str) -> str | None:
        return self._compilation.place.text_of(self._finder.path(name))


@dataclass(frozen=True, slots=True)
class _Of:
    """What a row is about beside the weights."""

    task: Task
    status: RunStatus
    epoch: _Epoch
    parameters: Mapping[str, Value]
    science_hash: str


def _hash(folder: RunFolder, task: Task) -> str:
    """The meaning that what is in a folder has: that of its stamp, else the run's current one."""
    identity = read_stamp(folder.texts).identity
    said = identity.science_hash if identity else ""
    return said or task.science_hash
