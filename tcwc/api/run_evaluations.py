"""What evaluations left beside the weights that they evaluated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from tcwc.api.run_logs import Tell
from tcwc.disk.result_files import files_left, folders_in, names_left
from tcwc.jobs.evaluations.evaluated import FOLDER
from tcwc.jobs.task import Task
from tcwc.model.words import listed
from tcwc.outcomes.evaluated import STAMP, EvaluationStamp, not_ours, read_evaluated
from tcwc.outcomes.evaluation_state import FAILED_NAME, LOG, PART
from tcwc.outcomes.inspect_log import AS_JSON, OWN_FORMAT
from tcwc.outcomes.making import RunFacts, evaluation_rows
from tcwc.outcomes.once import each_once
from tcwc.outcomes.rows import ResultRow
from tcwc.outcomes.sources import DEEP, is_result, read_source
from tcwc.outcomes.versions import MeasuredBy

_FEW = 4
"""Names that a note has."""

Current = Mapping[tuple[str, str], str]
"""The hashes of today's evaluations, as `current_hashes` gives them."""


Heard = Callable[[MeasuredBy], None]
"""Hears which version measured what counts."""


def evaluated_rows(
    about: RunFacts, task: Task | None, folder: str, current: Current, tell: Tell, heard: Heard
) -> Iterator[ResultRow]:
    """The rows of all evaluations in a folder: of a run's task, or of what is no run's."""
    above = os.path.join(folder, FOLDER)
    for evaluation in folders_in(above):
        labels = folders_in(os.path.join(above, evaluation))
        for label in labels:
            if label.endswith(PART) or label.partition(FAILED_NAME)[0] in set(labels) - {label}:
                continue  # it is at work, or was done again
            where = os.path.join(FOLDER, evaluation, label)
            yield from _of_folder(about, task, folder, where, current, tell, heard)


def _of_folder(
    about: RunFacts,
    task: Task | None,
    folder: str,
    where: str,
    current: Current,
    tell: Tell,
    heard: Heard,
) -> Iterator[ResultRow]:
    path = os.path.join(folder, where)
    stamps = [each.text for each in files_left(path, 0, lambda name: name == STAMP)]
    stamp = read_evaluated(stamps[0]) if stamps else None
    if stamp is None:
        failed = f"{where} is of an evaluation that failed: its {LOG} says why"
        tell(
            failed
            if FAILED_NAME in where
            else f"{where} has no {STAMP}: nothing says what it is of"
        )
        return
    why_not = _why_not(about, task, where, stamp, current)
    found: list[ResultRow] = []
    for left in files_left(path, DEEP, lambda name: is_result(stamp.tool, name)):
        source = read_source(stamp.tool, left.text)
        file = os.path.join(where, left.name)
        for each in (left.why_not,) if left.why_not else source.read.unread:
            tell(f"{file}: {each}")
        if source.read.version and not why_not:
            version = f"{source.name} {source.read.version}"
            heard(MeasuredBy(stamp.evaluation, version, about.run or stamp.label))
        found += evaluation_rows(about, stamp, source.read.found, source.name, file, why_not)
    if not found:
        tell(f"{where} holds no result that can be read{_own_format(path)}")
    rows, clash = each_once(found)
    if clash:
        named = listed([os.path.relpath(each, where) for each in clash.files[:_FEW]])
        tell(
            f"{where}: {listed(clash.metrics[:_FEW])} with other values in {named}: none "
            "counts; give what each file measures a name of its own"
        )
    yield from rows


def _own_format(path: str) -> str:
    """What to do about the logs of inspect that there are, to follow what is said; "" for none."""
    found = names_left(path, DEEP, lambda name: name.endswith(OWN_FORMAT))
    return f": {found[0]} is no JSON: {AS_JSON}" if found else ""


def _why_not(
    about: RunFacts, task: Task | None, where: str, stamp: EvaluationStamp, current: Current
) -> str:
    if other := not_ours(stamp, about.experiment, task, about.tried):
        return other
    key = (stamp.evaluation, "" if task else stamp.label)
    if key not in current:
        return f"the experiment does not evaluate {stamp.label} by {stamp.evaluation}"
    if stamp.evaluation_hash != current[key]:
        gone = "; `tcwc prune` removed its weights" if stamp.epoch in about.pruned else ""
        return f"stale: the evaluation is another one now{gone}"
    if os.path.join(FOLDER, stamp.evaluation, stamp.label) != where:
        return f"it is of {stamp.label} by {stamp.evaluation}: set aside, or copied there"
    return ""
