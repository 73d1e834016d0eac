"""What evaluations left beside the weights that they evaluated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from tcwc.api.run_logs import Tell
from tcwc.disk.result_files import files_left, folders_in
from tcwc.jobs.task import Task
from tcwc.results.evaluated import STAMP, Evaluated, not_ours, read_evaluated
from tcwc.results.making import RunFacts, evaluation_rows
from tcwc.results.rows import ResultRow
from tcwc.results.sources import DEEP, is_result, read_source

EVALUATIONS = "eval"
"""In the folder of a run, and in that of all runs: a folder for each evaluation."""
PART = ".part"
"""In the name of a folder in which a tool works, or worked until it failed."""

Current = Callable[[str, str], "frozenset[str]"]
"""The hashes that an evaluation has by now for a run ("" for no run); none where there is no such
evaluation."""


def evaluated_rows(
    about: RunFacts, task: Task | None, folder: str, current: Current, tell: Tell
) -> Iterator[ResultRow]:
    """The rows of all evaluations in a folder: of a run's task, or of what is no run's."""
    above = os.path.join(folder, EVALUATIONS)
    for evaluation in folders_in(above):
        for label in folders_in(os.path.join(above, evaluation)):
            if PART in label:
                continue
            where = os.path.join(EVALUATIONS, evaluation, label)
            yield from _of_folder(about, task, folder, where, current, tell)


def _of_folder(
    about: RunFacts, task: Task | None, folder: str, where: str, current: Current, tell: Tell
) -> Iterator[ResultRow]:
    path = os.path.join(folder, where)
    stamps = [each.text for each in files_left(path, 0, lambda name: name == STAMP)]
    stamp = read_evaluated(stamps[0]) if stamps else None
    if stamp is None:
        tell(f"{where} has no {STAMP} that says what was evaluated: left out")
        return
    why_not = _why_not(about, task, where, stamp, current)
    found: dict[str, ResultRow] = {}
    for left in files_left(path, DEEP, lambda name: is_result(stamp.tool, name)):
        source = read_source(stamp.tool, left.text)
        file = os.path.join(where, left.name)
        for each in (left.why_not,) if left.why_not else source.read.unread:
            tell(f"{file}: {each}")
        rows = evaluation_rows(about, stamp, source.read.found, source.name, file, why_not)
        found.update({row.metric: row for row in rows})
    if not found:
        tell(f"{where} holds no result that can be read")
    yield from found.values()


def _why_not(
    about: RunFacts, task: Task | None, where: str, stamp: Evaluated, current: Current
) -> str:
    trained = {each.claim.sha256 for each in about.tried if each.claim}
    if other := not_ours(stamp, about.experiment, task, trained):
        return other
    if os.path.join(EVALUATIONS, stamp.evaluation, stamp.label) != where:
        return f"it is that of {stamp.label} by {stamp.evaluation}, and was copied here"
    hashes = current(stamp.evaluation, stamp.run)
    if not hashes:
        return f"the experiment has no evaluation {stamp.evaluation}"
    if stamp.evaluation_hash not in hashes:
        return "stale: the evaluation is another one now"
    return ""


def looked_up(hashes: Mapping[tuple[str, str], frozenset[str]]) -> Current:
    """What is current, from the hashes of each evaluation and run."""
    return lambda evaluation, run: hashes.get((evaluation, run), frozenset())
