"""The table of states, row by row, and what is true of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.jobs.selection import MISSING
from tcwc.jobs.states.evidence import Current, Refusal, RunEvidence, Submitted
from tcwc.jobs.states.slurm import Ended, Queued
from tcwc.jobs.states.stamp import NO_STAMP, Attempt, Claim, Ending, Identity, Stamp, Takeover
from tcwc.jobs.states.table import REASONS, STATES, TABLE, state_of

NOW = 1_796_000_000
CURRENT = Current("tiny", "run_003", "b" * 64, 1, ("a" * 64,))
OURS = Identity("tiny", "run_003", "b" * 64, 1, 4)
CLAIM = Claim("c" * 64, NOW - 1000, "lab", "161_3", "165", 0, "node1", 4711, "0")
LOCAL = replace(CLAIM, cluster="local", job="", slurm_job="")
SUBMITTED = Submitted("161_3", NOW - 2000, "lab")


def ending(state: str, reason: str = "", detail: str = "") -> Ending:
    return Ending(state, reason, 0, NOW - 10, "fresh", None, (), detail)


def attempt(end: Ending | None = None, beat: float = 5000, **more: Any) -> Attempt:
    claim = more.pop("claim", CLAIM)
    lost = more.pop("lost", None)
    return Attempt(1, claim, end, lost, beat, more.pop("limit", False), True)


def stamp(*attempts: Attempt, identity: Identity | None = OURS, bad: tuple[str, ...] = ()) -> Stamp:
    return Stamp(identity, attempts, bad)


def queued(state: str = "RUNNING", elapsed: int | None = 2000, job: str = "161_3") -> Queued:
    return Queued(job, "165", state, "Priority", "node1", "ann", elapsed)


def ended(state: str, exit: int = 1) -> Ended:
    return Ended("161_3", state, exit, 0, "scontrol")


def seen(**known: Any) -> RunEvidence:
    return RunEvidence(**{"current": CURRENT, "at": NOW, "here": "lab"} | known)


OPEN, BEATS = attempt(), attempt(beat=30)
FINISHED, FAILED = attempt(ending("finished")), attempt(ending("failed", "oom", "CUDA"))
CANCELLED = attempt(ending("cancelled"))
OTHER = stamp(FINISHED, identity=replace(OURS, run="run_004"))
EARLIER = stamp(FINISHED, identity=replace(OURS, science_hash="a" * 64))

ROWS: dict[str, tuple[RunEvidence, str, str]] = {
    # F
    "another run's": (seen(stamp=OTHER), "foreign", ""),
    "another's, though its job is queued": (
        seen(stamp=OTHER, queued=queued("PENDING")), "foreign", ""),
    "of a hash that it never had": (
        seen(stamp=stamp(FINISHED, identity=replace(OURS, science_hash="f" * 64))), "foreign", ""),
    "trained by hand": (seen(strangers=("epoch_5",)), "foreign", ""),
    # Q
    "waits": (seen(queued=queued("PENDING", None)), "queued", "Priority"),
    "waits to go on": (
        seen(stamp=stamp(CANCELLED), queued=queued("PENDING", None)), "queued", "Priority"),
    "its node is dead": (seen(stamp=stamp(OPEN), queued=queued()), "silent", ""),
    "began again a moment ago": (
        seen(stamp=stamp(OPEN), queued=queued(elapsed=20)), "running", ""),
    "another job of it began": (
        seen(stamp=stamp(OPEN), queued=replace(queued(job="170_3"), number="171")), "running", ""),
    "runs": (seen(stamp=stamp(BEATS), queued=queued()), "running", ""),
    "runs and has not begun": (seen(queued=queued("CONFIGURING")), "running", ""),
    "completes": (seen(stamp=stamp(FINISHED), queued=queued("COMPLETING")), "running", "ending"),
    # A open, B fresh
    "beats and has left the queue": (seen(stamp=stamp(BEATS)), "running", "ending"),
    "beats on another cluster": (
        seen(stamp=stamp(replace(BEATS, claim=replace(CLAIM, cluster="della")))),
        "running", "elsewhere"),
    "beats on this machine": (seen(stamp=stamp(replace(BEATS, claim=LOCAL))), "running", ""),
    "beats, and the scheduler is silent": (
        seen(stamp=stamp(BEATS), answers=False), "running", ""),
    # a stamp that cannot be read
    "run.json is torn": (
        seen(stamp=stamp(FINISHED, identity=None, bad=("run.json cannot be read",))),
        "unknown", ""),
    "run.json is gone": (seen(stamp=stamp(FINISHED, identity=None)), "unknown", ""),
    # A finished
    "an earlier meaning": (seen(stamp=EARLIER), "changed", ""),
    "an earlier meaning that failed": (
        seen(stamp=stamp(FAILED, identity=replace(OURS, science_hash="a" * 64))), "changed", ""),
    "another world": (
        seen(stamp=stamp(FINISHED, identity=replace(OURS, world=4))), "changed", ""),
    "a world that nobody noted": (
        seen(stamp=stamp(FINISHED, identity=replace(OURS, world=None))), "finished", ""),
    "finished": (seen(stamp=stamp(FINISHED), whole=True, submitted=SUBMITTED), "finished", ""),
    "finished, epochs not known": (seen(stamp=stamp(FINISHED), whole=None), "finished", ""),
    "finished, and the scheduler is silent": (
        seen(stamp=stamp(FINISHED), submitted=SUBMITTED, answers=False), "finished", ""),
    "its files are gone": (seen(stamp=stamp(FINISHED), whole=False), "failed", "files_missing"),
    # L, NNNN.limit, C
    "a limit, as the log says": (
        seen(stamp=stamp(CANCELLED), cause="timeout"), "failed", "timeout"),
    "a limit that came": (
        seen(stamp=stamp(attempt(ending("cancelled"), limit=True))), "failed", "timeout"),
    "a limit that killed": (seen(stamp=stamp(attempt(limit=True))), "failed", "timeout"),
    "a limit, as its end says": (
        seen(stamp=stamp(attempt(ending("cancelled", "timeout")))), "failed", "timeout"),
    "its node failed": (seen(stamp=stamp(OPEN), cause="node"), "failed", "node"),
    "its node failed, as Slurm says": (
        seen(stamp=stamp(OPEN), ended=ended("NODE_FAIL")), "failed", "node"),
    "preempted": (seen(stamp=stamp(CANCELLED), cause="preempted"), "failed", "preempted"),
    "Slurm ended it for its memory": (
        seen(stamp=stamp(OPEN), ended=ended("OUT_OF_MEMORY")), "failed", "host_memory"),
    # A's end
    **{
        f"ended by {reason}": (
            seen(stamp=stamp(attempt(ending("failed", reason)))), "failed", reason)
        for reason in ("oom", "host_memory", "disk", "killed", "error")
    },
    "ended by what is not known here": (
        seen(stamp=stamp(attempt(ending("failed", "boredom")))), "failed", "error"),
    "cancelled": (seen(stamp=stamp(CANCELLED), ended=ended("CANCELLED")), "cancelled", ""),
    "requeued, and then cancelled": (
        seen(stamp=stamp(CANCELLED), cause="requeued"), "cancelled", ""),
    "cancelled, and killed before it could say so": (
        seen(stamp=stamp(OPEN), cause="cancelled"), "cancelled", ""),
    "lost": (seen(stamp=stamp(OPEN), submitted=SUBMITTED), "failed", "lost"),
    "lost, says its successor": (
        seen(stamp=stamp(attempt(lost=Takeover("job 7", "stale", NOW)))), "failed", "lost"),
    "lost on this machine, whatever the scheduler says": (
        seen(stamp=stamp(replace(OPEN, claim=LOCAL)), answers=False), "failed", "lost"),
    # no A
    "refused": (
        seen(submitted=SUBMITTED, refusal=Refusal("161_3", NOW, "changed")), "refused", ""),
    "refused by a node whose clock is behind": (
        seen(submitted=SUBMITTED, refusal=Refusal("161_3", NOW - 3000, "changed")), "refused", ""),
    "refused, and submitted again": (
        seen(submitted=SUBMITTED, refusal=Refusal("150_3", NOW - 3000, "x")), "dropped", ""),
    "refused here": (seen(refusal=Refusal("", NOW, "changed")), "refused", ""),
    "did not start": (
        seen(submitted=SUBMITTED, ended=ended("FAILED", 127)), "failed", "launch"),
    "ended, and its folder is gone": (
        seen(submitted=SUBMITTED, ended=ended("COMPLETED", 0)), "failed", "files_missing"),
    "cancelled before it began": (
        seen(submitted=SUBMITTED, ended=ended("CANCELLED")), "cancelled", ""),
    "dropped": (seen(submitted=SUBMITTED), "dropped", ""),
    "its set-up ended it, and Slurm has forgotten": (
        seen(submitted=SUBMITTED, last_words="tcwc: it ended in the setup of the profile lab"),
        "failed", "launch"),
    "it left an empty log": (seen(submitted=SUBMITTED, last_words=""), "failed", "launch"),
    "its folder was moved away since": (
        seen(submitted=SUBMITTED, last_words="tcwc: run_003, attempt 0001: finished, exit 0"),
        "failed", "files_missing"),
    "it was cancelled in its set-up": (
        seen(submitted=SUBMITTED,
             last_words="slurmstepd: error: *** JOB 165 ON n CANCELLED AT 2026-11-30T00:00:00 ***"),
        "cancelled", ""),
    "its node failed in its set-up": (
        seen(submitted=SUBMITTED, last_words="slurmstepd: error: *** JOB 165 ON n CANCELLED AT "
             "2026-11-30T00:00:00 DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS ***"),
        "failed", "node"),
    # nobody knows
    "the scheduler is silent about what was submitted": (
        seen(submitted=SUBMITTED, answers=False), "unknown", ""),
    "the scheduler is silent about what is open": (
        seen(stamp=stamp(OPEN), answers=False), "unknown", ""),
    "the scheduler is silent about what may be queued again": (
        seen(stamp=stamp(CANCELLED), submitted=SUBMITTED, answers=False), "unknown", ""),
    "the scheduler is silent about what was submitted since": (
        seen(stamp=stamp(FAILED), submitted=replace(SUBMITTED, job="170_3"), answers=False),
        "unknown", ""),
    "the scheduler is silent, and it does not matter": (
        seen(stamp=stamp(FAILED), submitted=SUBMITTED, answers=False), "failed", "oom"),
    "on another machine": (seen(unseen="/scratch is not on this machine"), "unknown", ""),
    "on another machine, and dropped": (
        seen(unseen="/scratch is not here", submitted=SUBMITTED), "unknown", ""),
    "on another machine, and queued": (
        seen(unseen="/scratch is not here", queued=queued("PENDING", None)),
        "queued", "Priority"),
    "nothing": (seen(), "never_started", ""),
    "a folder that is ours, and no attempt": (seen(stamp=stamp()), "never_started", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_each_row(name: str) -> None:
    evidence, state, reason = ROWS[name]
    found = state_of(evidence)
    assert (found.state, found.reason) == (state, reason), found


def test_every_state_and_every_reason_has_a_row() -> None:
    assert {state for _, state, _ in ROWS.values()} == set(STATES)
    assert {reason for _, state, reason in ROWS.values() if state == "failed"} == set(REASONS)


def test_the_details_say_what_is_to_be_known() -> None:
    def detail(name: str) -> str:
        return state_of(ROWS[name][0]).detail

    assert detail("another world") == "world 4 -> 1"
    assert "run_004 of tiny" in detail("another run's")
    assert "exit 127" in detail("did not start")
    assert "node1" in detail("its node is dead")
    assert "/scratch" in detail("on another machine")
    assert detail("run.json is torn") == "its stamp: run.json cannot be read"
    assert "node1" in detail("beats on another cluster")


# What is true of all evidence


def _claims() -> st.SearchStrategy[Claim]:
    return st.sampled_from(
        [CLAIM, LOCAL, replace(CLAIM, cluster="della"), replace(CLAIM, job="99_3", slurm_job="102")]
    )


def _attempts() -> st.SearchStrategy[Attempt]:
    ends = st.none() | st.builds(
        ending,
        st.sampled_from(["finished", "failed", "cancelled"]),
        st.sampled_from(["", *REASONS, "boredom"]),
    )
    lost = st.none() | st.just(Takeover("job 7", "stale", NOW))
    beat = st.sampled_from([None, 0.0, 30.0, 299.0, 301.0, 1e6])
    return st.builds(
        Attempt,
        st.just(1),
        st.none() | _claims(),
        ends,
        lost,
        beat,
        st.booleans(),
        st.booleans(),
    )


_IDENTITIES = st.none() | st.builds(
    replace,
    st.just(OURS),
    run=st.sampled_from(["run_003", "run_003", "run_004"]),
    science_hash=st.sampled_from(["a" * 64, "b" * 64, "b" * 64, "f" * 64]),
    world=st.sampled_from([None, 1, 4]),
)
_STAMPS = st.just(NO_STAMP) | st.builds(
    Stamp,
    _IDENTITIES,
    st.lists(_attempts(), max_size=2).map(tuple),
    st.sampled_from([(), ("run.json cannot be read",)]),
)
_QUEUED = st.sampled_from(["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUE_HOLD", "NEW"])
_EVIDENCE = st.builds(
    RunEvidence,
    st.just(CURRENT),
    st.just(NOW),
    st.sampled_from(["", "", "/scratch is not here"]),
    _STAMPS,
    st.sampled_from([(), (), ("epoch_5",)]),
    st.sampled_from([None, True, False]),
    st.none() | st.builds(queued, _QUEUED, st.sampled_from([None, 10, 2000])),
    st.none() | st.sampled_from([SUBMITTED, replace(SUBMITTED, cluster="della")]),
    st.none() | st.sampled_from([Refusal("161_3", NOW, "x"), Refusal("99_3", NOW - 9000, "x")]),
    st.none()
    | st.builds(
        ended, st.sampled_from(["COMPLETED", "FAILED", "CANCELLED", "NODE_FAIL", "REVOKED"])
    ),
    st.sampled_from(["", "timeout", "node", "preempted", "requeued", "cancelled"]),
    st.sampled_from(["lab", ""]),
    st.booleans(),
    st.just("nobody is there"),
)


@given(_EVIDENCE)
def test_any_evidence_has_exactly_one_state(evidence: RunEvidence) -> None:
    found = state_of(evidence)
    assert found.state in STATES
    assert found.state != "failed" or found.reason in REASONS
    assert found.state in ("queued", "running", "failed") or not found.reason
    first = next(made for row in TABLE if (made := row(evidence)) is not None)
    assert first == found


@given(_EVIDENCE)
def test_what_silence_would_decide_is_unknown(evidence: RunEvidence) -> None:
    """A run that may be in the queue, for all that files say, is not started again."""
    silent = replace(evidence, answers=False, queued=None)
    last = silent.stamp.last
    claim = last.claim if last else None
    of_job = (
        claim is not None
        and silent.submitted is not None
        and ((claim.job, claim.cluster) == (silent.submitted.job, silent.submitted.cluster))
    )
    may_wait = silent.submitted is not None and not of_job
    if silent.refusal and silent.submitted and silent.refusal.job == silent.submitted.job:
        may_wait = False
    if of_job and last is not None and last.ending is not None:
        may_wait = last.ending.state == "cancelled"
    may_run = last is not None and last.ending is None and claim is not None and claim.is_queued
    if may_wait or may_run:
        assert state_of(silent).state not in MISSING
        assert state_of(silent).state in ("unknown", "running", "finished", "foreign")


@given(_EVIDENCE)
def test_what_cannot_be_seen_is_never_started_again(evidence: RunEvidence) -> None:
    unseen = replace(evidence, unseen="not here", stamp=NO_STAMP, strangers=(), whole=None)
    assert state_of(unseen).state in ("unknown", "queued", "running")


@given(_EVIDENCE)
def test_what_is_in_the_queue_is_never_started_again(evidence: RunEvidence) -> None:
    assert evidence.queued is None or state_of(evidence).state not in (*MISSING, "changed")
