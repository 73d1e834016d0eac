"""Which runs a call begins, and why it does not begin the others that it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass

_ELSEWHERE = ("queued", "running", "silent")
"""States of runs that somebody else has begun, or is about to."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What there is to do of some runs: those to `begin`, how many are `finished`, and for others
    why they are not begun, by their ids."""

    begin: tuple[Task, ...]
    finished: int
    others: Mapping[str, str]


def left_of(
    tasks: Sequence[Task],
    rows: Mapping[str, RunStatus],
    refusal: Callable[[Task], str],
    is_gone: Callable[[RunStatus], bool],
    chosen: Collection[str],
) -> Remaining:
    """What there is to do of runs, of which those are `chosen` to be started, by their states.

    `refusal` says why a run has no place here, "" where it has one; `is_gone` whether the process
    that has a run is there no more, whatever its heart says yet.
    """
    begin: list[Task] = []
    others: dict[str, str] = {}
    finished = 0
    for task in tasks:
        row = rows[task.run]
        if row.state == "finished":
            finished += 1
        elif task.run not in chosen and not (row.state == "running" and is_gone(row)):
            others[task.run] = _why_not(row)
        elif why := refusal(task):
            others[task.run] = why
        else:
            begin.append(task)
    return Remaining(tuple(begin), finished, others)


def _why_not(row: RunStatus) -> str:
    """Why a run is not begun, by its state alone."""
    if row.state in _ELSEWHERE:
        where = f" on {row.host}" if row.host else ""
        return f"it is {row.word}{where}{f', job {row.job}' if row.job else ''}"
    if row.state == "changed":
        return f"{row.detail}; `--only changed` trains anew, and keeps what is there"
    if row.state == "unknown":
        return f"nothing tells how far a training is: {row.detail}"
    return row.detail or row.word
