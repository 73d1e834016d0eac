"""Which attempt of a run wrote a file, and what its attempts come to."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from tcwc.jobs.states.stamp import Attempt

RESUME = "resume"
ANEW = ("fresh", "restart")
"""How attempts begin that go on from nothing: `fresh` too, where one before left nothing."""
_SLACK = 120
"""Seconds by which the clocks of the nodes of a job may differ."""


def counting(attempts: Sequence[Attempt]) -> Sequence[Attempt]:
    """The attempts whose work is in the result: those since one began anew."""
    anew = [at for at, each in enumerate(attempts) if mode_of(each) in ANEW]
    return attempts[anew[-1] :] if anew else attempts


def trained_again(attempts: Sequence[Attempt], since: int, epoch: int | None) -> Attempt | None:
    """The first attempt after that numbered `since` that trained an epoch again, or may have; None
    where its weights are those that were there then. scripts/trained_again.sh says the same."""
    if epoch is None:
        return None
    later = (each for each in attempts if each.number > since)
    return next((each for each in later if not _is_beyond(each, epoch)), None)


def _is_beyond(attempt: Attempt, epoch: int) -> bool:
    """Whether it is said that an attempt went on from an epoch, or a later one."""
    basis = attempt.basis
    if basis is None or basis.mode != RESUME or basis.from_epoch is None:
        return False
    return basis.from_epoch >= epoch


def mode_of(attempt: Attempt | None) -> str:
    """How an attempt began; "" where nothing says so."""
    return attempt.basis.mode if attempt is not None and attempt.basis is not None else ""


def attempt_at(attempts: Sequence[Attempt], at: float) -> Attempt | None:
    """The attempt at whose time something was written; None where that is none's."""
    starts = [each.claim.start if each.claim else None for each in attempts]
    # At first not in the second in which it began: no training writes so early, and one that ended
    # in that second may have.
    for slack in (-1, 0, _SLACK):
        until: float = inf
        for each, start in zip(reversed(attempts), reversed(starts), strict=True):
            end = each.ending.end if each.ending else None
            last = until + min(slack, 0) if end is None else end
            if start is not None and start - slack <= at <= last + max(slack, 0):
                return each
            until = until if start is None else start
    return None


def seconds_of(attempts: Sequence[Attempt]) -> int | None:
    """How long attempts took together; None where nobody knows: one left no end, or its clock was
    set back meanwhile."""
    taken = 0
    for each in attempts:
        start = each.claim.start if each.claim else None
        end = each.ending.end if each.ending else None
        if start is None or end is None or end < start:
            return None
        taken += end - start
    return taken if attempts else None
