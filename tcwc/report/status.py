"""What `tcwc status` shows: the rows of runs as a table, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import os.path
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from tcwc.api.status import Status
from tcwc.jobs.states.rows import RunStatus, spoken
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.printable import printable
from tcwc.model.secrets import masked
from tcwc.model.values import Value
from tcwc.model.words import how_many
from tcwc.outcomes.evaluation_state import (
    EVALUATED,
    FAILED,
    LOG,
    MISSING,
    PRUNED,
    STALE,
    EvaluationCounts,
    FailedEvaluation,
)
from tcwc.report.findings import Paint
from tcwc.report.json_text import json_text

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""

_QUIET = ("finished", "queued", "never_started")
"""States that the counts say enough of."""
_STYLES = {"finished": "dim", "running": "info", "failed": "error", "foreign": "error",
           "silent": "warning", "changed": "warning", "unknown": "warning", "refused": "error",
           "dropped": "warning", "cancelled": "warning"}  # fmt: skip
_MOST = 40
"""Rows that are shown where nobody asks for all."""
_SAID = 200
"""Characters of what a run's end said."""


@dataclass(frozen=True, slots=True)
class StatusFormat:
    """A form of a status: lines to `say`, or (`is_text` false) a text to give."""

    pieces: Callable[[Status, Paint, bool], Iterable[str]]
    is_text: bool = False


# A table


def table_lines(status: Status, paint: Paint, everything: bool) -> Iterator[str]:
    """Counts, then the rows that somebody has to look at; `everything`: all of them, and the
    evaluations that failed."""
    yield paint("bold", summary(status))
    if status.evaluations:
        yield f"  {evaluated(status.evaluations)}"
    if status.silence:
        yield f"  the scheduler does not answer: {status.silence}"
    shown = [row for row in status.runs if everything or row.state not in _QUIET]
    if shown:
        yield ""
        yield from _columns(shown if everything else shown[:_MOST], status.at, paint, everything)
    if len(shown) > _MOST and not everything:
        yield f"... and {len(shown) - _MOST:,} more (-v shows all)"
    if everything and status.failed_evaluations:
        yield ""
        yield from _failed(status.failed_evaluations, paint)


def _failed(found: Sequence[FailedEvaluation], paint: Paint) -> Iterator[str]:
    """The evaluations that failed, each with the log that says why."""
    for each in found:
        whose = f"{each.run}, " if each.run else ""
        yield printable(masked(f"{whose}{each.evaluation}, {each.label}: ")) + paint(
            "error", FAILED
        )
        yield f"    {printable(masked(os.path.join(each.folder, LOG)))}"


def summary(status: Status) -> str:
    """How many runs are in which state, and why those failed that did."""
    counts = dict(status.counts)
    why = Counter(row.reason for row in status.runs if row.state == "failed")
    told = []
    for state, count in sorted(counts.items(), key=_first_finished):
        reasons = [
            f"{n:,} {spoken(r)}" if len(why) > 1 else spoken(r) for r, n in why.most_common()
        ]
        more = f" ({', '.join(reasons)})" if state == "failed" else ""
        told.append(f"{count:,} {spoken(state)}{more}")
    runs = how_many(len(status), "run")
    return (
        f"{status.experiment}: {runs}: {', '.join(told)}"
        if told
        else f"{status.experiment}: {runs}"
    )


def evaluated(evaluations: Sequence[EvaluationCounts]) -> str:
    """How many evaluations have a result, and why others have none."""
    total = sum(each.total for each in evaluations)
    counts = {name: sum(getattr(each, name) for each in evaluations) for name in _OTHERS}
    there = sum(each.evaluated for each in evaluations)
    told = [f"{count:,} {name}" for name, count in counts.items() if count]
    return ", ".join([f"{there:,} of {how_many(total, 'evaluation')} there", *told])


_OTHERS = (FAILED, STALE, PRUNED)
"""What is told of evaluations that have no result."""


def _first_finished(counted: tuple[str, int]) -> tuple[bool, int]:
    order = ("finished", "running", "queued")
    state = counted[0]
    return state not in order, order.index(state) if state in order else 0


_HEADS = ("run", "name", "state", "tries", "job", "on", "for")


def _columns(rows: Sequence[RunStatus], at: int, paint: Paint, everything: bool) -> Iterator[str]:
    """The rows below each other; what a run's end said stands behind them, or on a line below."""
    cells = [_cells(row, at) for row in rows]
    kept = [at for at in range(len(_HEADS)) if any(cell[at] for cell in cells)]
    widths = [max(len(each[at]) for each in (_HEADS, *cells)) for at in kept]
    yield paint("dim", _line([_HEADS[at] for at in kept], widths))
    for row, cell in zip(rows, cells, strict=True):
        line = _line([cell[at] for at in kept], widths)
        style = _STYLES.get(row.state)
        yield line if style is None else line.replace(row.word, paint(style, row.word), 1)
        if row.detail:
            yield f"    {cut(printable(masked(row.detail)), _SAID)}"
        if everything and (row.log or row.folder):
            yield f"    {printable(row.log or row.folder)}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip()


def _cells(row: RunStatus, at: int) -> tuple[str, ...]:
    tries = str(row.attempts) if row.attempts > 1 else ""
    where = f"{row.host}:{row.gpus}" if row.host and row.gpus else row.host
    shown = (row.run, row.name, row.word, tries, row.job, where, _lasted(row, at))
    return tuple(printable(masked(each)) for each in shown)


def _lasted(row: RunStatus, at: int) -> str:
    """How long its last attempt took, or takes by now: `1:02:03`."""
    if row.start is None:
        return ""
    until = row.end if row.end is not None else at if row.state == "running" else None
    if until is None or until < row.start:
        return ""
    minutes, seconds = divmod(until - row.start, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


# For programs


def document(status: Status) -> str:
    """The document of a status, in the layout of `schemas/status.schema.json`."""
    kind = "slurm" if status.cluster else None
    whole: dict[str, Value] = {
        "format": FORMAT,
        "experiment": status.experiment,
        "at": status.at,
        "scheduler": {
            "kind": kind,
            "answers": not status.silence if kind else None,
            "accounting": status.accounting,
        },
        "counts": dict(status.counts),
        "runs": [_members(row) for row in status.runs],
        "evaluations": [
            {
                "evaluation": each.evaluation,
                EVALUATED: each.evaluated,
                MISSING: each.missing,
                FAILED: each.failed,
                STALE: each.stale,
                PRUNED: each.pruned,
            }
            for each in status.evaluations
        ],
        "failed_evaluations": [
            {
                "run": each.run or None,
                "evaluation": each.evaluation,
                "label": each.label,
                "folder": each.folder,
            }
            for each in status.failed_evaluations
        ],
    }
    return json_text(whole) + "\n"


def _members(row: RunStatus) -> dict[str, Value]:
    """A row as it stands in JSON: null where there is nothing."""
    return {
        "run": row.run,
        "name": row.name or None,
        "state": row.state,
        "reason": row.reason or None,
        "detail": row.detail or None,
        "evidence": list(row.evidence),
        "attempts": row.attempts,
        "job": row.job or None,
        "host": row.host or None,
        "gpus": row.gpus or None,
        "start": row.start,
        "end": row.end,
        "resumes": row.resumes,
        "science_hash": row.science_hash,
        "folder": row.folder or None,
        "log": row.log or None,
    }


def csv_text(status: Status) -> str:
    """A line for each run; nothing stands where there is nothing."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    rows = [_members(row) for row in status.runs]
    lines.writerow(rows[0] if rows else [])
    for row in rows:
        texts = (" ".join(map(str, v)) if isinstance(v, list) else v for v in row.values())
        lines.writerow(
            ["" if v is None else printable(masked(str(v)), is_data=True) for v in texts]
        )
    return written.getvalue()


TABLE = StatusFormat(table_lines, is_text=True)
JSON = StatusFormat(lambda status, _paint, _all: [document(status)])
CSV = StatusFormat(lambda status, _paint, _all: [csv_text(status)])
