"""The evaluations of a compilation as jobs know them: which weights, by which command."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.api.work import NoJobs
from tcwc.api.work import tasks as tasks_of
from tcwc.config.template import file_name
from tcwc.disk.contents import contents_hash
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.hashes import evaluation_hash
from tcwc.jobs.evaluations.subject import Evaluated
from tcwc.jobs.evaluations.which import NoWeights, chosen, epochs_of, needs_over
from tcwc.jobs.evaluations.words import NoWords, words_of
from tcwc.model.evaluations import MERGED, Evaluation
from tcwc.model.frozen import dataclass, replace
from tcwc.model.resources import Needs
from tcwc.model.signature import sha256_text
from tcwc.model.training import EpochKept, EpochWeights, Found

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.runs import Run
    from tcwc.jobs.task import Task

EVAL = "eval"
"""The folder of results in that of a run, and beside the runs'."""
BASE = "base"


def evaluation_tasks(compilation: Compilation, tasks: Sequence[Task]) -> list[EvaluationTask]:
    """The evaluations of some runs, sorted by evaluation, run and epoch; those of the base and of
    other checkpoints are no run's and come first.

    Raises NoJobs, and what `Compilation.runs` does.
    """
    experiment = compilation.build.experiment
    made: list[EvaluationTask] = []
    for evaluation in experiment.evaluations:
        try:
            made += _Evaluating(compilation, evaluation).tasks(tasks)
        except (NoWords, NoWeights) as wrong:
            raise NoJobs(f"`evaluate: {evaluation.name}`: {wrong.message}", wrong.help) from None
    return sorted(
        made, key=lambda each: (each.evaluation, *map(_counted, (each.index, each.epoch)))
    )


def _counted(number: int | None) -> int:
    """What things are sorted by of which some have no number."""
    return -1 if number is None else number


def current_hashes(compilation: Compilation) -> dict[tuple[str, str], str]:
    """The hashes that results have which are of today's `evaluate:`, by evaluation and label; the
    label is "" for all epochs of runs, whose weights the runs' own hashes tell of."""
    found = {}
    for evaluation in compilation.build.experiment.evaluations:
        one = _Evaluating(compilation, evaluation)
        found[evaluation.name, ""] = one.hash()
        for name, folder in evaluation.checkpoints.items():
            found[evaluation.name, name] = one.hash(folder)
        if evaluation.baseline:
            for label, source in one.bases(compilation.runs).items():
                found[evaluation.name, label] = one.hash(source.kept.base.folder)
    return found


@dataclass(frozen=True, slots=True)
class _Source:
    """A run whose base is evaluated, and what is known of that."""

    run: Run
    kept: EpochKept


class _Evaluating:
    """One evaluation of a compilation on its way to tasks."""

    def __init__(self, compilation: Compilation, evaluation: Evaluation) -> None:
        experiment, known = compilation.build.experiment, compilation.known
        training = experiment.target.training
        assert known is not None
        if training is None or training.kept is None:
            message = f"what runs of {experiment.target.name} leave is not known"
            raise NoJobs(message, "evaluate by hand")
        self._keeps, self._known = training.kept, known
        self._compilation, self._evaluation = compilation, evaluation
        self._tool = known.evaluators().tools[evaluation.tool]

    def tasks(self, tasks: Sequence[Task]) -> Iterator[EvaluationTask]:
        """The evaluations of some runs, and of what is no run's."""
        runs = self._compilation.runs
        for task in tasks:
            for epoch in epochs_of(self._evaluation, task.epochs):
                yield self._of_epoch(task, runs[task.run], epoch)
        if tasks:
            yield from self._of_bases({task.run for task in tasks})
            yield from self._of_checkpoints(runs[0])

    def hash(self, weights: str = "") -> str:
        """The hash of what it asks, of weights that are no run's."""
        folder = self._evaluation.settings.get("include_path")
        files = self._files_hash(folder) if isinstance(folder, str) else ""
        return evaluation_hash(self._evaluation, files, weights)

    def _files_hash(self, folder: str) -> str:
        # What is only on the cluster is known here by its name alone.
        if "${" in folder or os.path.isabs(os.path.expanduser(folder)):
            return ""
        return contents_hash(os.path.join(self._compilation.place.folder, folder))

    def bases(self, runs: Iterable[Run]) -> dict[str, _Source]:
        """The base models of runs by their labels, each with the first run that begins from it."""
        found: dict[str, _Source] = {}
        for run in runs:
            kept = self._kept(run, 0, last=False)
            found.setdefault(kept.base.folder, _Source(run, kept))
        return {label_of_base(folder, found): each for folder, each in found.items()}

    def _kept(self, run: Run, epoch: int, *, last: bool) -> EpochKept:
        return self._keeps(run.config, self._compilation.recipe, self._known, epoch, last, Found())

    def _of_epoch(self, task: Task, run: Run, epoch: int) -> EvaluationTask:
        last = epoch + 1 == task.epochs
        kept = self._kept(run, epoch, last=last)
        weights = chosen(self._evaluation, self._tool, kept)
        label = f"epoch_{epoch}"
        subject = Evaluated(
            self._compilation.build.experiment.name,
            self._evaluation.name,
            label,
            run.id,
            task.name,
            epoch,
            last,
            run.science_hash,
            run.parameters,
            weights,
            kept,
        )
        made = self._task(subject, f"{task.folder}/{EVAL}", task.needs, self.hash())
        return replace(made, index=task.index, sha256=task.sha256, world=task.world)

    def _of_bases(self, wanted: set[str]) -> Iterator[EvaluationTask]:
        if not self._evaluation.baseline:
            return
        runs = self._compilation.runs
        used = {self._kept(runs[each], 0, last=False).base.folder for each in wanted}
        for label, source in self.bases(runs).items():
            if source.kept.base.folder in used:
                yield self._beside(label, source, source.kept.base)

    def _of_checkpoints(self, run: Run) -> Iterator[EvaluationTask]:
        """EpochWeights that are no run's: of the kind that is said, else whole ones."""
        kind = str(self._evaluation.settings.get("weights", MERGED))
        for name, folder in self._evaluation.checkpoints.items():
            kept = self._kept(run, 0, last=False)
            yield self._beside(
                name, _Source(run, kept), EpochWeights(kind, folder, (), False, False, "")
            )

    def _beside(self, label: str, source: _Source, weights: EpochWeights) -> EvaluationTask:
        """The evaluation of what is no run's, beside the folder of a run."""
        (task,) = tasks_of(self._compilation, {source.run.id})
        subject = Evaluated(
            self._compilation.build.experiment.name,
            self._evaluation.name,
            label,
            "",
            "",
            None,
            False,
            "",
            {},
            weights,
            source.kept,
        )
        above = os.path.dirname(task.folder) or "."
        return self._task(subject, f"{above}/{EVAL}", task.needs, self.hash(weights.folder))

    def _task(self, subject: Evaluated, into: str, needs: Needs, hash: str) -> EvaluationTask:
        return EvaluationTask(
            self._evaluation.name,
            self._tool.name,
            subject.run,
            None,
            subject.epoch,
            subject.label,
            subject.weights.folder,
            subject.weights.files,
            f"{into}/{self._evaluation.name}/{subject.label}",
            words_of(self._evaluation, self._tool, subject),
            "",
            "",
            hash,
            "",
            subject.science_hash,
            1,
            needs_over(self._evaluation.needs, needs),
        )


def label_of_base(folder: str, all: Iterable[str]) -> str:
    """The label of a base model among all: `base` where there is one, else with its name."""
    others = [each for each in all if each != folder]
    if not others:
        return BASE
    name = folder_name(folder)
    if any(folder_name(each) == name for each in others):
        name += f"-{sha256_text(folder)[:8]}"
    return f"{BASE}.{name}"


def folder_name(folder: str) -> str:
    """The last part of a path, as a part of a folder's name."""
    return file_name(folder.rstrip("/").rpartition("/")[2]) or "model"
