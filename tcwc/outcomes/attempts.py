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
    return next((e for e in later if mode_of(e) != RESUME or _from(e) < epoch), None)


def _from(attempt: Attempt) -> int:
    """The epoch whose weights an attempt went on from; -1 for none."""
    found = attempt.ending.from_epoch if attempt.ending else None
    return -1 if found is None else found


def mode_of(attempt: Attempt | None) -> str:
    """How an attempt began; "" where nothing says so."""
    return attempt.ending.mode if attempt is not None and attempt.ending is not None else ""


def attempt_at(attempts: Sequence[Attempt], at: float) -> Attempt | None:
    """The attempt at whose time something was written; None where that is none's."""
    starts = [each.claim.start if each.claim else None for each in attempts]
    for slack in (0, _SLACK):
        until: float = inf
        for each, start in zip(reversed(attempts), reversed(starts), strict=True):
            end = each.ending.end if each.ending else None
            last = until if end is None else end
            if start is not None and start - slack <= at <= last + slack:
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
