"""Evaluations that read files: whether these are there."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluations import FILES
from tcwc.model.rules import MISSING_EVALUATION_FILES


def is_elsewhere(path: str) -> bool:
    """Whether a path may be that of a cluster alone, where what is there is looked for."""
    return path.startswith(("/", "~")) or "${" in path


def check_files(context: Context) -> Iterator[Diagnostic]:
    """Relative folders of tasks that are not there, seen from the experiment's folder."""
    if context.exists is None:
        return
    for evaluation in context.experiment.evaluations:
        path = evaluation.settings.get(FILES)
        if not isinstance(path, str) or is_elsewhere(path):
            continue
        if not context.exists(path):
            yield finding(
                MISSING_EVALUATION_FILES,
                evaluation.spans[FILES],
                f"`{path}` is not there, seen from the folder of this experiment",
                help="correct it; where it is only on the cluster, write the whole path of it",
            )
