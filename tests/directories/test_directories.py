"""The proof that no two runs write to one directory holds over random experiments."""

from __future__ import annotations

import pytest

from tcwc.lint.directories import Own, Plain, ambiguous, directory, holding, indistinct, late
from tests.directories.proof import EXPERIMENTS, proof, run
from tests.evidence import check


def test_some_experiments() -> None:
    counts = run(range(EXPERIMENTS, EXPERIMENTS + 24))
    assert min(counts["shared"], counts["apart"]) > 3


@pytest.mark.slow
def test_experiments() -> None:
    check("directories", proof)


def test_what_differs_between_runs_is_the_number() -> None:
    assert directory("/a//b/.", "/a/b/") == Plain("/a/b")
    assert directory("/a/run_111/x", "/a/run_222/x") == Own("/a/run_", "/x")
    assert directory("/a/111/..", "/a/222/..") == Plain("/a")
    start = late("${oc.env:A}")
    assert directory(f"{start}/x/111/../b", f"{start}/x/222/../b") == Plain(f"{start}/x/b")
    assert directory(f"{start}/../b", f"{start}/../b") == Plain(f"{start}/../b")


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Own("/a/", "8"), Own("/a/", "18"), True),  # 1 and 18 is 11 and 8
        (Own("/a/", "_8"), Own("/a/", "_18"), False),
        (Own("/a/", "/x"), Own("/a/", "/y"), False),
        (Own("/a/", ""), Own("/a/1", ""), True),
        (Own("/a/", "/1/x"), Own("/a/3/", "/x"), True),  # 3 and 1
        (Own("/a/", "/1"), Own("/a/b/", "/1"), False),
        (Own("/a/", ""), Own("/b/", ""), False),
        (Own("/a/", "2/x"), Own("/a/12/", ""), False),
        (Own("/a/", "2/7"), Own("/a/12/", ""), True),  # 1 and 7
    ],
)
def test_numbers_beside_other_digits(one: Own, other: Own, meet: bool) -> None:
    assert (ambiguous([one, other]) is not None) == meet
    assert (ambiguous([other, one]) is not None) == meet


def test_a_directory_that_may_be_a_runs_own() -> None:
    own = [Own("/a/run_", "/x")]
    assert holding(own, [Plain("/a/run_003/x")]) == (own[0], Plain("/a/run_003/x"))
    assert holding(own, [Plain("/a/run_/x"), Plain("/a/run_003/y"), Plain("/a/x")]) is None


def test_what_only_the_start_tells() -> None:
    a, b = late("${oc.env:A}"), late("${oc.env:B}")
    assert indistinct([Plain(f"{a}/x"), Plain(f"{a}/y")]) is None
    assert indistinct([Plain(f"{a}/x"), Plain(f"{b}/y")]) is None
    assert indistinct([Plain(f"{a}/x"), Plain(f"{b}/x")]) is not None
    assert indistinct([Plain(f"{a}/x"), Plain("/tmp/x")]) is not None
    assert indistinct([Plain("/tmp/x"), Plain("/tmp/y")]) is None
    assert indistinct([Plain(f"x{a}"), Plain(f"{a}x")]) is not None
