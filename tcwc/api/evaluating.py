"""The evaluations of a compilation as jobs know them: which weights, by which command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcwc.api.evaluated import Weighing
from tcwc.api.work import NoJobs
from tcwc.api.work import tasks as tasks_of
from tcwc.config.canonical import canonical_json
from tcwc.disk.contents import contents_hash
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.evaluations.evaluated import FOLDER, EvaluatedWeights
from tcwc.jobs.evaluations.hashes import Other, evaluation_hash, scripts_in
from tcwc.jobs.evaluations.which import needs_over
from tcwc.jobs.evaluations.words import words_of
from tcwc.model.evaluations import FILES, Evaluation, NoEvaluation
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
    for evaluation in compilation.build.experiment.evaluations:
        try:
            made += _Asked(compilation, evaluation).tasks(tasks)
        except NoEvaluation as wrong:
            raise NoJobs(f"`evaluate: {evaluation.name}`: {wrong.message}", wrong.help) from None
    return sorted(
        made, key=lambda each: (each.evaluation, *map(_counted, (each.index, each.epoch)))
    )


def _counted(number: int | None) -> int:
    """What things are sorted by of which some have no number."""
    return -1 if number is None else number


def current_hashes(compilation: Compilation) -> dict[tuple[str, str], str]:
    """The hashes that results have which are of today's `evaluate:`, by evaluation and label; the
    label is "" for all epochs of runs, whose weights the runs' own hashes tell of.

    Raises NoJobs, and what `Compilation.runs` does.
    """
    found = {}
    for evaluation in compilation.build.experiment.evaluations:
        try:
            asked = _Asked(compilation, evaluation)
            found[evaluation.name, ""] = asked.hash()
            for each in asked.weighing.of_others(compilation.runs):
                found[evaluation.name, each.label] = asked.hash(each)
        except NoEvaluation as wrong:
            raise NoJobs(f"`evaluate: {evaluation.name}`: {wrong.message}", wrong.help) from None
    return found


def _is_elsewhere(path: str) -> bool:
    return "${" in path or os.path.isabs(os.path.expanduser(path))


class _Asked:
    """One evaluation of a compilation on its way to tasks."""

    def __init__(self, compilation: Compilation, evaluation: Evaluation) -> None:
        known = compilation.known
        assert known is not None
        self._compilation, self._evaluation = compilation, evaluation
        runs, build = compilation.runs, compilation.build
        self.weighing = Weighing(runs, build, known, compilation.recipe, evaluation)

    def tasks(self, tasks: Sequence[Task]) -> list[EvaluationTask]:
        """The evaluations of some runs, and of what is no run's."""
        runs, hash = self._compilation.runs, self.hash()
        made = []
        for task in tasks:
            for each in self.weighing.of_run(runs[task.run]):
                done = self._task(replace(each, name=task.name), task, task.folder, hash)
                made.append(replace(done, index=task.index, sha256=task.sha256, world=task.world))
        for each in self.weighing.of_others([runs[task.run] for task in tasks]):
            (task,) = tasks_of(self._compilation, {each.source})
            above = os.path.dirname(task.folder) or "."
            made.append(self._task(each, task, above, self.hash(each)))
        return made

    def hash(self, each: EvaluatedWeights | None = None) -> str:
        """The hash of what it asks, of weights that are no run's, or of those of runs."""
        said, tool, other = self._evaluation, self.weighing.tool, None
        if each is not None:
            words = words_of(said, tool, each)
            other = Other(each.weights.folder, words, self.weighing.config(each))
        return evaluation_hash(said, tool, self._files(), self.weighing.shipped(), other)

    def _files(self) -> str:
        """The hash of the files that decide. What is only on the cluster is known here by its name
        alone. Raises NoEvaluation."""
        named = [str(self._evaluation.settings.get(FILES) or "")]
        named += scripts_in(self._evaluation, self.weighing.tool)
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
            self._evaluation.tool,
            each.run,
            None,
            each.epoch,
            each.label,
            each.weights.folder,
            each.weights.files,
            f"{into}/{FOLDER}/{each.evaluation}/{each.label}",
            words_of(self._evaluation, self.weighing.tool, each),
            f"{each.config_id}.yaml" if config else "",
            sha256_text(config) if config else "",
            hash,
            "",
            each.science_hash,
            1,
            needs_over(self._evaluation.needs, task.needs),
        )
