"""Runs in arrays of a scheduler: which of its tasks is which run, and whose an array is.

A task's number is the index of its run less the array's offset. The offset stands in the array's
comment, by which anybody who asks the queue knows it, whoever submitted it.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from tcwc.model.ranges import neighbours


def label_of(experiment: str, output: str) -> str:
    """What the arrays of an experiment are told by: its name, and where its configs are in no
    folder `configs`, in which: two experiments beside each other may have one name.

    `output` is that folder, seen from the experiment's.
    """
    if output == "configs":
        return experiment
    return f"{experiment}/{sha256(output.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def comment_of(label: str, offset: int) -> str:
    """The comment of an array; scripts/submit.sh gives it to each."""
    return f"tcwc:{label}:{offset}"


def evaluation_comment(label: str, offset: int) -> str:
    """The comment of an array of evaluations, which is none of runs to any reader of those."""
    return f"tcwc:{label}:eval@{offset}"


def owner_of(comment: str) -> str | None:
    """The label whose array has such a comment; None where it is none that tcwc gives."""
    words = comment.split(":")
    return words[1] if len(words) == 3 and words[0] == "tcwc" else None


def index_of(comment: str, label: str, task: str) -> int | None:
    """The index of the run that is a task of an array with such a comment; None where the array has
    not this label, or it is no task of an array."""
    offset = comment.rpartition(":")[2]
    if not (offset.isdecimal() and task.isdecimal()):
        return None
    return int(offset) + int(task) if comment == comment_of(label, int(offset)) else None


def task_list(numbers: Iterable[int]) -> str:
    """Tasks as sbatch and scancel have them: `0-5,9`."""
    found = neighbours(sorted(numbers))
    return ",".join(f"{low}-{high}" if high > low else str(low) for low, high in found)
