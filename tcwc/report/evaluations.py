"""How runs are evaluated, in words: `sums (lm_eval: sums) on the last epoch and the base`."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.epochs import epochs_in_words
from tcwc.model.evaluations import Evaluation
from tcwc.model.ir import Experiment

_FEW = 4


def evaluation_lines(experiment: Experiment) -> Iterator[str]:
    """One line for each evaluation."""
    for each in experiment.evaluations:
        tasks = each.settings.get("tasks")
        named = [str(task) for task in tasks] if isinstance(tasks, list) else []
        listed = ", ".join(named[:_FEW]) + (", ..." if len(named) > _FEW else "")
        tool = f"{each.tool}: {listed}" if named else each.tool
        yield f"{each.name} ({tool}) on {on_what(each)}"


def on_what(evaluation: Evaluation) -> str:
    """Which weights are evaluated, in words: `the last epoch and the base`."""
    *first, last = _weights(evaluation)
    return f"{', '.join(first)} and {last}" if first else last


def _weights(evaluation: Evaluation) -> list[str]:
    """Which weights are evaluated."""
    made = [epochs_in_words(evaluation.epochs)]
    if evaluation.baseline:
        made.append("the base")
    return [*made, *evaluation.checkpoints]
