"""The evaluations of a compilation as jobs know them: which weights, by which command."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tcwc.api.evaluated import Weighing, told_of
from tcwc.api.leavings import Leavings
from tcwc.api.work import NoJobs
from tcwc.api.work import tasks as tasks_of
from tcwc.config.canonical import canonical_json
from tcwc.disk.contents import contents_hash
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.evaluated import FOLDER, EvaluatedWeights
from tcwc.jobs.evaluations.hashes import Other, evaluation_hash
from tcwc.jobs.evaluations.needs import needs_over
from tcwc.jobs.evaluations.words import words_of
from tcwc.model.evaluations import FILES, Evaluation, NoEvaluation, scripts_in
from tcwc.model.frozen import replace
from tcwc.model.signature import sha256_text

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.jobs.task import Task


def evaluation_tasks(compilation: Compilation, tasks: Sequence[Task]) -> list[EvaluationTask]:
    """The evaluations of some runs, sorted by evaluation, run and epoch; those of the base and of
    other checkpoints are no run's and come first.

    Raises NoJobs, and what `Compilation.runs` does.
    """
    made: list[EvaluationTask] = []
    asked = _asked(compilation, {task.run: task.epochs for task in tasks})
    for task in tasks:  # all of a run, while its config is at hand
        for each in asked:
            with told_of(each.evaluation, NoJobs):
                made += each.of_run(task)
    for each in asked:
        with told_of(each.evaluation, NoJobs):
            made += each.of_others(tasks)
    return sorted(
        made, key=lambda each: (each.evaluation, *map(_counted, (each.index, each.epoch)))
    )


def _asked(compilation: Compilation, epochs: Mapping[str, int | None]) -> list[_Asked]:
    """The evaluations of a compilation; `epochs` are those that runs are known to have."""
    build, known = compilation.build, compilation.known
    evaluations = build.experiment.evaluations
    if not evaluations:
        return []
    assert known is not None
    with told_of(evaluations[0], NoJobs):
        leavings = Leavings(compilation.runs, build, known, compilation.recipe, epochs)
    return [_Asked(compilation, leavings, each) for each in evaluations]


def _counted(number: int | None) -> int:
    """What things are sorted by of which some have no number."""
    return -1 if number is None else number


def current_hashes(compilation: Compilation) -> dict[tuple[str, str], str]:
    """The hashes that results have which are of today's `evaluate:`, by evaluation and label; the
    label is "" for all epochs of runs, whose weights the runs' own hashes tell of.

    Raises NoJobs, and what `Compilation.runs` does.
    """
    found = {}
    for asked in _asked(compilation, {}):
        name = asked.evaluation.name
        with told_of(asked.evaluation, NoJobs):
            found[name, ""] = asked.hash()
            for each in asked.weighing.of_others(compilation.runs):
                found[name, each.label] = asked.hash(each)
    return found


def _is_elsewhere(path: str) -> bool:
    return "${" in path or os.path.isabs(os.path.expanduser(path))


class _Asked:
    """One evaluation of a compilation on its way to tasks."""

    def __init__(
        self, compilation: Compilation, leavings: Leavings, evaluation: Evaluation
    ) -> None:
        self._compilation, self.evaluation = compilation, evaluation
        self.weighing = Weighing(leavings, evaluation)

    def of_run(self, task: Task) -> Iterator[EvaluationTask]:
        """The evaluations of a run."""
        for each in self.weighing.of_run(self._compilation.runs[task.run]):
            made = self._task(replace(each, name=task.name), task, task.folder, self.hash())
            yield replace(made, index=task.index, world=task.world)

    def of_others(self, tasks: Sequence[Task]) -> Iterator[EvaluationTask]:
        """Those of what is no run's."""
        runs = self._compilation.runs
        for each in self.weighing.of_others([runs[task.run] for task in tasks]):
            (task,) = tasks_of(self._compilation, {each.source})
            above = os.path.dirname(task.folder) or "."
            yield self._task(each, task, above, self.hash(each))

    def hash(self, each: EvaluatedWeights | None = None) -> str:
        """The hash of what it asks, of weights that are no run's, or of those of runs."""
        if each is None:
            return self._of_runs
        words = words_of(self.evaluation, self.weighing.tool, each)
        return self._hash(Other(each.weights.folder, words, self.weighing.config(each)))

    @cached_property
    def _of_runs(self) -> str:
        return self._hash(None)

    def _hash(self, other: Other | None) -> str:
        tool, shipped = self.weighing.tool, self.weighing.shipped()
        return evaluation_hash(self.evaluation, tool, self._files, shipped, other)

    @cached_property
    def _files(self) -> str:
        """The hash of the files that decide. What is only on the cluster is known here by its name
        alone. Raises NoEvaluation."""
        named = [str(self.evaluation.settings.get(FILES) or "")]
        named += scripts_in(self.evaluation, self.weighing.tool)
        known = sorted({each for each in named if each and not _is_elsewhere(each)})
        folder = self._compilation.place.folder
        try:
            found = {each: contents_hash(os.path.join(folder, each)) for each in known}
        except OSError as why:
            message = f"`{why.filename}` cannot be read: {why.strerror}"
            raise NoEvaluation(message, "make it readable: what it holds decides") from None
        return canonical_json({each: hash for each, hash in found.items() if hash})

    def _task(self, each: EvaluatedWeights, task: Task, into: str, hash: str) -> EvaluationTask:
        config = self.weighing.config_text(each)
        return EvaluationTask(
            each.evaluation,
            self.evaluation.tool,
            each.run,
            None,
            each.epoch,
            each.label,
            each.weights.folder,
            each.weights.files,
            each.weights.beside,
            f"{into}/{FOLDER}/{each.evaluation}/{each.label}",
            words_of(self.evaluation, self.weighing.tool, each),
            f"{each.config_id}.yaml" if config else "",
            sha256_text(config) if config else "",
            hash,
            each.science_hash,
            1,
            needs_over(self.evaluation.needs, task.needs),
        )
