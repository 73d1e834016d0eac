"""What was noted of submitted and of refused runs, from lines of JSON that jobs write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcwc.jobs.states.evidence import Refusal, Submitted
from tcwc.jobs.states.stamp import members
from tcwc.model.values import Value


def read_submitted(lines: Iterable[str], cluster: str) -> dict[str, Submitted]:
    """The last time that each run was submitted with a profile, by jobs.jsonl; a torn line, of a
    disk that was full, is passed over."""
    found = {}
    for line in lines:
        noted = members(line) if line.startswith("{") else None
        run, job, at = _noted(noted or {})
        if run and job:
            found[run] = Submitted(job, at, cluster)
    return found


def latest(several: Iterable[Mapping[str, Submitted]]) -> dict[str, Submitted]:
    """The last time that each run was submitted, with whichever profile."""
    found: dict[str, Submitted] = {}
    for each in several:
        for run, submitted in each.items():
            if run not in found or found[run].at <= submitted.at:
                found[run] = submitted
    return found


def read_refusals(texts: Iterable[str]) -> dict[str, Refusal]:
    """The last time that the door refused each run."""
    found: dict[str, Refusal] = {}
    for text in texts:
        noted = members(text) or {}
        run, job, at = _noted(noted)
        why = noted.get("why")
        if run and (run not in found or found[run].at <= at):
            found[run] = Refusal(job, at, why if isinstance(why, str) else "")
    return found


def _noted(found: Mapping[str, Value]) -> tuple[str, str, int]:
    run, job, at = (found.get(key) for key in ("run", "job", "at"))
    return (
        run if isinstance(run, str) else "",
        job if isinstance(job, str) else "",
        at if isinstance(at, int) else 0,
    )
