"""All that is known of a run, and what the table of states asks of it."""

from __future__ import annotations

from tcwc.jobs.states.slurm import Ended, Queued
from tcwc.jobs.states.stamp import NO_STAMP, Attempt, Ending, Identity, Stamp
from tcwc.model.frozen import dataclass

BEAT = 60
"""Seconds between heartbeats, unless the environment has jobs beat otherwise."""
BEATS = 5
"""Heartbeats that may fail to come before one is over."""
_SLACK = 60
"""Seconds by which clocks of machines differ, at most."""
_AGAIN = frozenset(("timeout", "node", "preempted", "killed"))
"""Reasons after which a job may be put into the queue again, by itself or by Slurm."""


@dataclass(frozen=True, slots=True)
class Current:
    """What a run is by the experiment as it stands; `was` are its science hashes of earlier."""

    experiment: str
    run: str
    science_hash: str
    world: int
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submitted:
    """The last time that a run was submitted from this checkout (jobs.jsonl), and by which cluster
    profile."""

    job: str
    at: int
    cluster: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The last time that the door refused a run."""

    job: str
    at: int
    why: str


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """All that is known of a run.

    `unseen` says why its folder cannot be looked at from here, "" where it can. `strangers` are
    what trainings leave, in a folder without a stamp. `whole` says whether the files of the last
    epoch are there; None where nobody knows which they are. `queued` is its job in the queue, and
    `ended` how its job ended, as the scheduler says; `cause` is what slurmstepd wrote of that.
    `ended` and `cause` are of the last attempt's job, or where there is none of the one submitted,
    with `last_words`, the last line of its log; None where that job never began.
    `here` is the cluster that was asked; `answers` is false where one is to be asked and does not
    answer, and `silence` says why. `at` is now; a heartbeat
    older than `stale` seconds is over.
    """

    current: Current
    at: int
    unseen: str = ""
    stamp: Stamp = NO_STAMP
    strangers: tuple[str, ...] = ()
    whole: bool | None = None
    queued: Queued | None = None
    submitted: Submitted | None = None
    refusal: Refusal | None = None
    ended: Ended | None = None
    cause: str = ""
    last_words: str | None = None
    here: str = ""
    answers: bool = True
    silence: str = ""
    stale: float = BEATS * BEAT


def beats(attempt: Attempt, stale: float) -> bool:
    return attempt.beat is not None and attempt.beat <= stale


def ending_of(seen: RunEvidence) -> Ending | None:
    return seen.stamp.last.ending if seen.stamp.last else None


def is_of(attempt: Attempt, job: Queued, at: int) -> bool:
    """Whether an attempt is of the job that runs, and not of one before it, or of the same job
    before it was put into the queue again."""
    claim = attempt.claim
    if claim is None or not claim.job:
        return False
    if job.job != claim.job and job.number != claim.slurm_job:
        return False
    if claim.start is None or job.elapsed is None:
        return True
    return job.elapsed + _SLACK >= at - claim.start


def may_be_queued(seen: RunEvidence) -> bool:
    """Whether a job of the run may wait or run, as far as files tell."""
    attempt = seen.stamp.last
    claim = attempt.claim if attempt else None
    if attempt is not None and attempt.is_open:
        return claim is None or claim.is_queued or seen.submitted is not None
    if seen.submitted is None:
        return False
    if seen.refusal is not None and seen.refusal.job == seen.submitted.job:
        return False
    by = (claim.job, claim.cluster) if claim else ()
    if by != (seen.submitted.job, seen.submitted.cluster):
        return True
    ending = ending_of(seen)
    return ending is None or ending.state == "cancelled" or ending.reason in _AGAIN


def is_newest(refusal: Refusal, submitted: Submitted | None) -> bool:
    """Whether a run was not submitted since it was refused. The one is noted by the clock of a
    node, the other by that of a login node, so that the job itself says more."""
    if submitted is None or refusal.job == submitted.job:
        return True
    return refusal.at >= submitted.at


def difference(identity: Identity, current: Current) -> str:
    """What a stamp has otherwise than the run is by now; "" where that is nothing."""
    if identity.science_hash != current.science_hash:
        return "trained with other settings than it has now"
    if identity.world is not None and identity.world != current.world:
        return f"world {identity.world} -> {current.world}"
    return ""
