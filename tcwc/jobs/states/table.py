"""What became of a run: one table, of which the first row that fits decides. Nothing is guessed.

A row is a function from the evidence to a state, or to None where it does not fit. `unknown` is a
state of its own, and none that is submitted again: to start a run a second time while the first is
alive costs more than to look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tcwc.jobs.exit_status import meaning
from tcwc.jobs.states.evidence import (
    RunEvidence,
    beats,
    difference,
    ending_of,
    is_newest,
    is_of,
    may_be_queued,
)
from tcwc.jobs.states.slurm import Ended, causes
from tcwc.jobs.states.stamp import Claim
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern

STATES = (
    "foreign", "queued", "silent", "running", "changed", "finished", "failed", "cancelled",
    "refused", "dropped", "unknown", "never_started",
)  # fmt: skip
"""All there are, in the order of the table."""
REASONS = (
    "timeout", "node", "preempted", "oom", "host_memory", "disk", "killed", "error", "lost",
    "files_missing", "launch",
)  # fmt: skip
"""Why runs failed."""


@dataclass(frozen=True, slots=True)
class State:
    """What became of a run: one of STATES, why, and which evidence says so."""

    state: str
    reason: str = ""
    detail: str = ""
    evidence: tuple[str, ...] = ()


Row: TypeAlias = Callable[[RunEvidence], "State | None"]


def state_of(evidence: RunEvidence) -> State:
    """The state of a run: what the first row of the table that fits says."""
    return next(found for row in TABLE if (found := row(evidence)) is not None)


# The rows, from the top of the table


def _foreign(seen: RunEvidence) -> State | None:
    """Another's stamp, or none beside what a training left."""
    identity = seen.stamp.identity
    if identity is None:
        if not seen.strangers or seen.stamp.unreadable or seen.stamp.attempts:
            return None
        what = f"{seen.strangers[0]} is there, and no stamp says whose it is"
        return State("foreign", detail=what, evidence=("folder",))
    current = seen.current
    if (identity.experiment, identity.run) != (current.experiment, current.run):
        whose = f"the folder is of {identity.run} of {identity.experiment}"
        return State("foreign", detail=whose, evidence=("stamp",))
    if identity.science_hash in (current.science_hash, *current.was):
        return None
    what = "trained with settings that are not in this run's past: of another source, or commit"
    return State("foreign", detail=what, evidence=("stamp",))


def _queued(seen: RunEvidence) -> State | None:
    job = seen.queued
    if job is None or not job.is_pending:
        return None
    return State("queued", job.reason, evidence=("squeue",))


def _silent(seen: RunEvidence) -> State | None:
    """Its job runs and its heart does not beat: Slurm has not noticed yet that the node died."""
    job, attempt = seen.queued, seen.stamp.last
    if job is None or job.is_ending or attempt is None or not attempt.is_open:
        return None
    if beats(attempt, seen.stale) or not is_of(attempt, job, seen.at):
        return None
    age = f"no heartbeat for {_minutes(attempt.beat)}"
    what = f"{age}: the node{_on(attempt.claim)} is probably dead, and Slurm has not noticed"
    return State("silent", detail=what, evidence=("squeue", "beat"))


def _running(seen: RunEvidence) -> State | None:
    job, attempt = seen.queued, seen.stamp.last
    if job is not None:
        return State("running", "ending" if job.is_ending else "", evidence=("squeue",))
    if attempt is None or not attempt.is_open or not beats(attempt, seen.stale):
        return None
    claim = attempt.claim
    if claim is None or not claim.is_queued or not seen.answers:
        detail = "" if seen.answers else seen.silence
        return State("running", detail=detail, evidence=("beat",))
    if claim.cluster == seen.here:
        return State("running", "ending", "its job has left the queue", ("beat", "squeue"))
    where = f"job {claim.job} of {claim.cluster or 'another cluster'}{_on(claim)}"
    return State("running", "elsewhere", where, ("beat", "squeue"))


def _stamp_unread(seen: RunEvidence) -> State | None:
    """A stamp that says neither whose it is nor how it went."""
    if seen.stamp.identity is not None or not (seen.stamp.unreadable or seen.stamp.attempts):
        return None
    what = (*seen.stamp.unreadable, "run.json is not there")[0]
    return State("unknown", detail=f"its stamp: {what}", evidence=("stamp",))


def _unanswered(seen: RunEvidence) -> State | None:
    """The scheduler does not answer where it would decide: a job of the run may wait or run."""
    if seen.answers or not may_be_queued(seen):
        return None
    what = f"the scheduler does not answer: {seen.silence}" if seen.silence else ""
    return State("unknown", detail=what or "the scheduler does not answer")


def _changed(seen: RunEvidence) -> State | None:
    """What was trained is not what the experiment is by now."""
    identity, attempt = seen.stamp.identity, seen.stamp.last
    if identity is None or attempt is None:
        return None
    what = difference(identity, seen.current)
    if not what:
        return None
    if attempt.ending is None or attempt.ending.state != "finished":
        what += "; its last attempt did not finish"
    return State("changed", detail=what, evidence=("stamp",))


def _finished(seen: RunEvidence) -> State | None:
    ending = ending_of(seen)
    if ending is None or ending.state != "finished" or seen.whole is False:
        return None
    identity = seen.stamp.identity
    if identity is None or difference(identity, seen.current):
        return None
    return State("finished", evidence=("end",))


def _files_missing(seen: RunEvidence) -> State | None:
    ending = ending_of(seen)
    if ending is None or ending.state != "finished":
        return None
    what = "it finished, and the weights of its last epoch are not there any more"
    return State("failed", "files_missing", what, ("end", "folder"))


def _ended_by_slurm(seen: RunEvidence) -> State | None:
    """Ended as cancelled, or not ended at all, and somebody knows why."""
    attempt = seen.stamp.last
    if attempt is None or (attempt.ending is not None and attempt.ending.state != "cancelled"):
        return None
    if seen.cause in ("timeout", "node", "preempted"):
        return State("failed", seen.cause, _CAUSES[seen.cause], ("log",))
    if attempt.limit or (attempt.ending is not None and attempt.ending.reason == "timeout"):
        return State("failed", "timeout", _CAUSES["timeout"], ("limit",))
    reason = _ENDS.get(seen.ended.state, "") if seen.ended else ""
    if reason in ("timeout", "node", "preempted") or (attempt.is_open and reason == "host_memory"):
        assert seen.ended is not None
        return State("failed", reason, _CAUSES[reason], (seen.ended.source,))
    return None


def _ended(seen: RunEvidence) -> State | None:
    """What the end of the last attempt says."""
    ending = ending_of(seen)
    if ending is None:
        return None
    if ending.state == "cancelled":
        return State("cancelled", detail=ending.detail, evidence=("end",))
    reason = ending.reason if ending.reason in REASONS else "error"
    return State("failed", reason, ending.detail, ("end",))


def _lost(seen: RunEvidence) -> State | None:
    """Begun, not ended, and not alive."""
    attempt = seen.stamp.last
    if attempt is None:
        return None
    if seen.cause == "cancelled" or (seen.ended is not None and seen.ended.state == "CANCELLED"):
        source = "log" if seen.cause else "scontrol"
        return State("cancelled", detail="before it could say so itself", evidence=(source,))
    if attempt.lost is not None:
        what = f"{attempt.lost.by} took it for dead: {attempt.lost.why}"
    else:
        known = f"its job {_told(seen.ended)}" if seen.ended else "and nobody knows more"
        what = f"no heartbeat for {_minutes(attempt.beat)}, {known}"
    what += "".join(f"; {each}" for each in attempt.unreadable)
    return State("failed", "lost", what, ("beat",))


def _refused(seen: RunEvidence) -> State | None:
    if seen.unseen or seen.refusal is None or not is_newest(seen.refusal, seen.submitted):
        return None
    return State("refused", detail=seen.refusal.why, evidence=("refused",))


def _launch(seen: RunEvidence) -> State | None:
    """It never got as far as a stamp, and the scheduler knows how its job ended."""
    ended = seen.ended
    if seen.unseen or ended is None:
        return None
    if ended.state == "CANCELLED":
        return State("cancelled", detail="before it began", evidence=(ended.source,))
    if ended.state == "COMPLETED":
        what = f"job {ended.job} completed, and left nothing here"
        what += ": its folder is gone, or `setup:` ended the job"
        return State("failed", "files_missing", what, (ended.source,))
    meant = meaning(ended.exit or 0)
    what = f"job {ended.job} {_told(ended)}" + (f": {meant}" if meant else "")
    return State("failed", "launch", what, (ended.source,))


def _unstamped(seen: RunEvidence) -> State | None:
    """Its job began, as a log says, and left no stamp; the scheduler has forgotten it."""
    if seen.unseen or seen.submitted is None or seen.last_words is None:
        return None
    by_slurm = next(iter(causes(seen.last_words).values()), None)
    if by_slurm is not None and by_slurm.word == "cancelled":
        return State("cancelled", detail="before it had a stamp", evidence=("log",))
    if by_slurm is not None and by_slurm.word in _CAUSES:
        return State("failed", by_slurm.word, _CAUSES[by_slurm.word], ("log",))
    words = f"its log ends: {seen.last_words}" if seen.last_words else "its log is empty"
    if _DONE.fullmatch(seen.last_words):
        what = f"job {seen.submitted.job} completed, and its folder is gone, or another"
        return State("failed", "files_missing", what, ("log",))
    what = f"job {seen.submitted.job} began, and left no stamp; {words}"
    return State("failed", "launch", what, ("log",))


def _dropped(seen: RunEvidence) -> State | None:
    if seen.unseen or seen.submitted is None:
        return None
    what = f"job {seen.submitted.job} left the queue, and the scheduler has no record of it"
    return State(
        "dropped",
        detail=f"{what}: cancelled while it waited, or what it waited for failed",
        evidence=("jobs", "squeue"),
    )


def _unseen(seen: RunEvidence) -> State | None:
    return State("unknown", detail=seen.unseen) if seen.unseen else None


def _never_started(_: RunEvidence) -> State:
    return State("never_started")


TABLE: tuple[Row, ...] = (
    _foreign,
    _queued,
    _silent,
    _running,
    _stamp_unread,
    _finished,
    _unanswered,
    _changed,
    _files_missing,
    _ended_by_slurm,
    _ended,
    _lost,
    _refused,
    _launch,
    _unstamped,
    _dropped,
    _unseen,
    _never_started,
)
"""What is finished is so whether the scheduler answers or not; for all that follows it has to be
known that no job of the run waits."""


# What the rows say


_DONE = pattern(r"tcwc: run_[0-9]+(, attempt [0-9]+: finished, exit 0| is finished already)")
"""The last line of a job that trained to the end, or had nothing to do."""

_CAUSES = {
    "timeout": "its time limit",
    "node": "its node failed",
    "preempted": "preempted",
    "host_memory": "out of the node's memory",
}
_ENDS = {
    "TIMEOUT": "timeout",
    "DEADLINE": "timeout",
    "NODE_FAIL": "node",
    "PREEMPTED": "preempted",
    "OUT_OF_MEMORY": "host_memory",
}
"""The reasons for states of Slurm's."""


def _told(ended: Ended) -> str:
    """How a job ended, in words."""
    code = f", exit {ended.exit}" if ended.exit else ""
    code += f", signal {ended.signal}" if ended.signal else ""
    return f"ended {ended.state}{code}"


def _on(claim: Claim | None) -> str:
    return f" on {claim.host}" if claim and claim.host else ""


def _minutes(seconds: float | None) -> str:
    """A time for people."""
    if seconds is None:
        return "ever"
    if seconds < 7200:
        return f"{max(int(seconds // 60), 1)} min"
    return f"{int(seconds // 3600)} h"
