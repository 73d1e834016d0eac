"""Which epoch was best, by the rows of evaluations."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.model.evaluators import MAX, MIN
from tcwc.outcomes.best import Best, BestEpoch, NoBest, best_by
from tcwc.outcomes.rows import ResultRow
from tests.outcomes.made import row

KNOWN = {"acc": MAX, "perplexity": MIN, "exact_match": MAX}


def measured(
    metric: str, *values: float, run: str = "run_000", evaluation: str = "sums", **other: object
) -> list[ResultRow]:
    """The values of an evaluation of each epoch."""
    return [
        row(run, value, {}, epoch=epoch, metric=metric, evaluation=evaluation, **other)
        for epoch, value in enumerate(values)
    ]


ROWS = [
    *measured("sums/acc", 0.5, 0.75, 0.25),
    *measured("sums/acc_stderr", 0.1, 0.1, 0.2),
    *measured("gens/exact_match,strict", 0.1, 0.2, 0.3),
    *measured("gens/exact_match,flexible", 0.3, 0.2, 0.1),
    *measured("perplexity", 9.0, 8.0, 8.5, evaluation="wiki"),
    *measured("score", 9.0, 8.0, 8.5, evaluation="own"),
    row("run_000", 2.0, {}),
]


@pytest.mark.parametrize(
    ("text", "evaluation", "metric", "way"),
    [
        ("acc", "sums", "sums/acc", MAX),
        ("sums/acc", "sums", "sums/acc", MAX),
        ("sums/sums/acc", "sums", "sums/acc", MAX),
        ("acc:min", "sums", "sums/acc", MIN),
        ("perplexity", "wiki", "perplexity", MIN),
        ("wiki/perplexity", "wiki", "perplexity", MIN),
        ("own/score:max", "own", "score", MAX),
        ("exact_match,strict", "sums", "gens/exact_match,strict", MAX),
    ],
)
def test_what_is_meant(text: str, evaluation: str, metric: str, way: str) -> None:
    assert best_by(text, ROWS, KNOWN) == Best(evaluation, metric, way)


@pytest.mark.parametrize(
    ("text", "said", "help"),
    [
        ("score", "more or less `score` is better is not known", "best:score:max"),
        ("exact_match", "`sums/gens/exact_match,strict` and", "name one"),
        ("acurracy", "no evaluation of an epoch has `acurracy`", "`sums/sums/acc`"),
        ("perplexty", "no evaluation of an epoch has `perplexty`", "`perplexity`"),
        ("loss", "no evaluation of an epoch has `loss`", "there is"),
        ("acc:up", "`up` is neither max nor min", "best:acc:max, or best:acc:min"),
        ("sums/acc:largest", "`largest` is neither max nor min", "best:sums/acc:max"),
        ("acurracy:max", "no evaluation of an epoch has `acurracy`", "`sums/sums/acc`"),
    ],
)
def test_what_nobody_can_tell(text: str, said: str, help: str) -> None:
    with pytest.raises(NoBest) as told:
        best_by(text, ROWS, KNOWN)
    assert said in told.value.message
    assert help in told.value.help


def test_two_evaluations_of_one_task() -> None:
    rows = [*ROWS, *measured("sums/acc", 0.1, 0.2, 0.3, evaluation="again")]
    with pytest.raises(NoBest, match="`sums/sums/acc` and `again/sums/acc`"):
        best_by("acc", rows, KNOWN)
    best = best_by("again/sums/acc", rows, KNOWN)
    assert best.of(rows, "run_000", {0, 1, 2}) == BestEpoch(2, 0.3)


def test_where_no_epoch_was_evaluated() -> None:
    with pytest.raises(NoBest) as told:
        best_by("loss", [row("run_000", 2.0, {})], KNOWN)
    assert "evaluate:" in told.value.help
    stale = measured("sums/acc", 0.5, included=False, why_not="stale")
    with pytest.raises(NoBest, match="no `acc` of an epoch counts: stale"):
        best_by("acc", [*stale, *measured("f1", 0.5)], KNOWN)
    with pytest.raises(NoBest, match="no finished evaluation"):
        best_by("f1", stale, KNOWN)


def test_where_the_last_epochs_alone_were_evaluated() -> None:
    """The best of one is no choice; of runs of one epoch it is that."""
    last = [each for each in measured("acc", 0.1, 0.2, 0.3, last=True) if each.epoch == 2]
    with pytest.raises(NoBest, match="only last epochs have sums/acc") as told:
        best_by("acc", last, KNOWN)
    assert "`epochs: all` under `evaluate: sums`" in told.value.help
    assert best_by("acc", measured("acc", 0.1, last=True), KNOWN).metric == "acc"
    assert best_by("acc", [*last, *measured("acc", 0.1, last=False)], KNOWN).metric == "acc"


def test_the_best_of_the_epochs_that_are_there() -> None:
    best = best_by("acc", ROWS, KNOWN)
    assert best.of(ROWS, "run_000", {0, 1, 2}) == BestEpoch(1, 0.75)
    assert best.of(ROWS, "run_000", {0, 2}) == BestEpoch(0, 0.5)
    assert best_by("perplexity", ROWS, KNOWN).of(ROWS, "run_000", {0, 1, 2}) == BestEpoch(1, 8.0)
    assert best_by("acc:min", ROWS, KNOWN).of(ROWS, "run_000", {0, 1, 2}) == BestEpoch(2, 0.25)


def test_of_two_that_are_as_good_the_later() -> None:
    rows = measured("acc", 0.5, 0.5, 0.1)
    assert best_by("acc", rows, KNOWN).of(rows, "run_000", {0, 1, 2}) == BestEpoch(1, 0.5)


def test_an_epoch_that_nobody_measured_may_be_the_best() -> None:
    best = best_by("acc", ROWS, KNOWN)
    assert "epoch 3 has no sums/sums/acc" in str(best.of(ROWS, "run_000", {0, 1, 2, 3}))
    assert "epoch 0 has no" in str(best.of(ROWS, "run_001", {0, 1}))
    stale = [*ROWS, *measured("sums/acc", 0.5, run="run_001", included=False, why_not="old")]
    assert (
        best.of(stale, "run_001", {0}) == "epoch 0 has no sums/sums/acc, and may be the best (old)"
    )
    damaged = [*ROWS, *measured("sums/acc", math.nan, run="run_001")]
    assert "is no number" in str(best.of(damaged, "run_001", {0}))


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.sampled_from([MAX, MIN]))
def test_none_is_better_than_the_best(values: list[float], way: str) -> None:
    rows = measured("acc", *values)
    found = Best("sums", "acc", way).of(rows, "run_000", range(len(values)))
    assert isinstance(found, BestEpoch)
    assert values[found.epoch] == found.value == (max(values) if way == MAX else min(values))
