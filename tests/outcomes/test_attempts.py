"""Which attempt wrote a file, by when that was begun."""

from __future__ import annotations

import json

import pytest

from tcwc.jobs.states.stamp import Attempt, read_stamp
from tcwc.outcomes.attempts import attempt_at, counting, seconds_of


def attempts(*each: tuple[int, int | None, str]) -> tuple[Attempt, ...]:
    """Attempts that began, ended (None: left no end), and how they began."""
    texts: dict[str, str | None] = {}
    for number, (start, end, mode) in enumerate(each, 1):
        texts[f"{number:04}.start"] = json.dumps({"start": start})
        if end is not None:
            said = {"state": "failed", "end": end, "mode": mode}
            texts[f"{number:04}.end"] = json.dumps(said)
    return read_stamp(texts).attempts


THREE = attempts((1000, 2000, "fresh"), (5000, None, ""), (9000, 9900, "resume"))


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (999, 1),  # clocks differ
        (800, None),
        (1000, 1),
        (2000, 1),
        (2100, 1),
        (2121, None),  # by hand, after it had ended
        (4950, 2),
        (5000, 2),
        (8999, 2),
        (9000, 3),
        (9900, 3),
        (10_021, None),
    ],
)
def test_a_file_belongs_to_the_attempt_of_its_time(at: int, number: int | None) -> None:
    found = attempt_at(THREE, at)
    assert (found.number if found else None) == number


def test_an_attempt_that_is_open_has_what_is_newer() -> None:
    found = attempt_at(attempts((1000, 2000, "fresh"), (5000, None, "")), 10**9)
    assert found is not None
    assert found.number == 2


def test_what_counts_is_since_an_attempt_that_began_anew() -> None:
    three = attempts((1, 2, "fresh"), (3, 4, "restart"), (5, 6, "resume"))
    assert [each.number for each in counting(three)] == [2, 3]
    assert [each.number for each in counting(THREE)] == [1, 2, 3]
    # One that ended before it left anything is no part of the next, which began as fresh.
    three = attempts((1, 2, "fresh"), (3, 4, "fresh"), (5, 6, "resume"))
    assert [each.number for each in counting(three)] == [2, 3]


def test_seconds() -> None:
    assert seconds_of(attempts((1, 3, "fresh"), (10, 15, "resume"))) == 7
    assert seconds_of(THREE) is None  # nobody knows when the second ended
    assert seconds_of(()) is None
    assert seconds_of(attempts((5000, 4000, "fresh"))) is None  # its clock was set back
