"""Which runs a call begins, and why it does not begin the others that it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tcwc.jobs.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass

_ELSEWHERE = ("queued", "running", "silent")
"""States of runs that somebody else has begun, or is about to."""


@dataclass(frozen=True, slots=True)
class Left:
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
    *,
    replaces: bool,
) -> Left:
    """What there is to do of runs.

    `refusal` says why a run has no place here, "" where it has one; `is_gone` whether the process
    that has a run is there no more, whatever its heart says yet. With `replaces` those are begun
    anew that changed.
    """
    begin: list[Task] = []
    others: dict[str, str] = {}
    finished = 0
    for task in tasks:
        row = rows[task.run]
        if row.state == "finished":
            finished += 1
        elif why := _why_not(row, is_gone, replaces=replaces) or refusal(task):
            others[task.run] = why
        else:
            begin.append(task)
    return Left(tuple(begin), finished, others)


def _why_not(row: RunStatus, is_gone: Callable[[RunStatus], bool], *, replaces: bool) -> str:
    """Why a run is not begun again, by its state alone; "" where it is."""
    if row.state in _ELSEWHERE:
        if row.state == "running" and is_gone(row):
            return ""
        where = f" on {row.host}" if row.host else ""
        return f"it is {row.word}{where}{f', job {row.job}' if row.job else ''}"
    if row.state == "changed" and not replaces:
        return f"{row.detail}; `--only changed` trains it anew, and keeps what is there"
    if row.state == "unknown":
        return f"nobody knows whether it runs: {row.detail}"
    return ""
