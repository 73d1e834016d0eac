"""The ids that there are, for who asked for one that there is not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tcwc.builds.matching import run_id, run_number
from tcwc.model.words import nearest


def near_ids(numbers: Sequence[int], id: str) -> str:
    """Which ids there are, by their numbers, or which is the one meant."""
    there = sorted(numbers)
    first, last = run_id(there[0]), run_id(there[-1])
    every = f"there are {first} to {last}" if len(there) > 1 else f"there is {first} only"
    number = run_number(id)
    if number is None:
        meant = _meant(there, id)
        return f"did you mean {meant}? {every}" if meant else every
    if not there[0] < number < there[-1]:
        return every
    at = bisect_left(there, number)
    return f"the nearest are {run_id(there[at - 1])} and {run_id(there[at])}"


def _meant(there: Sequence[int], id: str) -> str:
    """The id that is spelled otherwise: `run_9`, `run-009`, `9.yaml`."""
    digits = "".join(char for char in id if char.isdecimal())
    if digits and len(digits) <= 9:
        return run_id(int(digits)) if int(digits) in there else ""
    return next(iter(nearest(id, map(run_id, there[:1_000]))), "")
