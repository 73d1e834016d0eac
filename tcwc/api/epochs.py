"""Which epochs of the runs of a compilation are meant, where results decide that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tcwc.jobs.task import Task
from tcwc.model.epochs import ALL, BEST, Epochs, epochs_of, is_best
from tcwc.outcomes.best import Best, best_by
from tcwc.outcomes.chosen import ChosenEpochs
from tcwc.outcomes.rows import ResultRow, by_run

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


def best_of(compilation: Compilation, epochs: Epochs, rows: Iterable[ResultRow]) -> Best | None:
    """The metric by which epochs are the best, of what was measured; None where they are meant
    otherwise. Raises NoBest."""
    if not is_best(epochs):
        return None
    assert compilation.known is not None
    return best_by(str(epochs).removeprefix(BEST), rows, compilation.known.evaluators().better)


def chosen_epochs(
    compilation: Compilation, epochs: Epochs, tasks: Iterable[Task], rows: Sequence[ResultRow]
) -> ChosenEpochs:
    """The epochs of runs that are meant, by what was measured. The best is that of all, or of those
    that the evaluation lists. Raises NoBest."""
    best = best_of(compilation, epochs, rows)
    if best is None:
        return ChosenEpochs(epochs)
    evaluations = compilation.build.experiment.evaluations
    said = next(each.epochs for each in evaluations if each.name == best.evaluation)
    among = ALL if isinstance(said, str) else said
    of = by_run(rows)
    found = {
        task.run: best.of(of.get(task.run, ()), task.run, epochs_of(among, task.epochs))
        for task in tasks
        if task.epochs
    }
    return ChosenEpochs(epochs, best, found, among)
