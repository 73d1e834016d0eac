"""The epochs that somebody asked for: which rows are of them, and what is said of these."""

from __future__ import annotations

import pytest

from tcwc.model.epochs import ALL, NoEpochs
from tcwc.outcomes.best import Best, BestEpoch
from tcwc.outcomes.chosen import UNCHOSEN, ChosenEpochs, of_epochs
from tcwc.outcomes.groups import grouping_of, pooled
from tcwc.outcomes.rows import ResultRow
from tests.outcomes.made import FACTORS, SWEEP, row

RUNS = ("run_000", "run_001")
ROWS = [
    *(row(run, 2.0, {}) for run in RUNS),
    *(
        row(run, 0.5 + epoch, {}, epoch=epoch, last=epoch == at + 1, metric="acc", evaluation="e")
        for at, run in enumerate(RUNS)
        for epoch in range(at + 2)
    ),
    row("", 0.25, {}, label="base", metric="acc", evaluation="e"),
]
"""Of a run with two epochs, and of one with three."""
BY = Best("e", "acc", "max")
BEST = ChosenEpochs("best:acc", BY, {"run_000": BestEpoch(0, 0.5), "run_001": "nobody can tell"})


def kept(chosen: ChosenEpochs) -> list[tuple[str, int]]:
    return [(r.run, r.epoch) for r in of_epochs(ROWS, chosen) if r.epoch is not None]


def test_the_rows_of_epochs() -> None:
    assert kept(ChosenEpochs("last")) == [("run_000", 1), ("run_001", 2)]
    assert kept(ChosenEpochs((0, 2))) == [("run_000", 0), ("run_001", 0), ("run_001", 2)]
    assert kept(BEST) == [("run_000", 0)]
    for chosen in (UNCHOSEN, ChosenEpochs(ALL)):
        assert list(of_epochs(ROWS, chosen)) == ROWS


def test_what_has_no_epochs_stays() -> None:
    for epochs in ("last", (1,)):
        found = of_epochs(ROWS, ChosenEpochs(epochs))
        assert [each for each in found if each.epoch is None] == [*ROWS[:2], ROWS[-1]]


@pytest.mark.parametrize(
    ("rows", "chosen", "said", "help"),
    [
        (ROWS, ChosenEpochs((7,)), "no result is of epoch 7", "there is epoch `0`, `1` and `2`"),
        (ROWS[:2], ChosenEpochs((0,)), "no result is of epoch 0", "no epoch was evaluated"),
        (ROWS[2:3], ChosenEpochs("last"), "is of the last epoch of a run", "there is epoch `0`"),
        (ROWS[4:], BEST, "of no run can the best epoch be told by e/acc", "nobody can tell"),
    ],
)
def test_epochs_that_are_not_there(
    rows: list[ResultRow], chosen: ChosenEpochs, said: str, help: str
) -> None:
    with pytest.raises(NoEpochs) as told:
        of_epochs(rows, chosen)
    assert said in told.value.message
    assert help in told.value.help


def test_a_run_whose_best_nobody_can_tell_is_named() -> None:
    assert list(BEST.untold(ROWS)) == ["no epoch of run_001 is shown: nobody can tell"]
    assert list(BEST.untold(ROWS[:2])) == []  # of which there is nothing to leave out
    assert list(ChosenEpochs("last").untold(ROWS)) == []


def test_an_evaluation_that_is_not_of_the_best_epochs_is_told() -> None:
    best = ChosenEpochs("best:acc", BY, {run: BestEpoch(0, 0.5) for run in RUNS})
    other = row("run_000", 1.0, {}, epoch=0, metric="acc", evaluation="test")
    told = ["no result of `test` is of the best epoch of `run_001`"]
    assert list(best.unmeasured([*ROWS, other])) == told
    assert list(BEST.unmeasured([*ROWS, other])) == []
    assert list(ChosenEpochs("last").unmeasured([*ROWS, other])) == []


def test_what_is_said_of_rows() -> None:
    end = "; what trainings logged is of their end"
    said = [
        (UNCHOSEN, ""),
        (ChosenEpochs(ALL), ""),
        (ChosenEpochs("last"), "the last epoch of each run"),
        (ChosenEpochs((0,)), f"epoch 0{end}"),
        (BEST, f"of each run the epoch with the largest e/acc{end}"),
        (
            ChosenEpochs("best:acc", BY, {}, (0, 2)),
            f"of each run the epoch with the largest e/acc (of epochs 0, 2){end}",
        ),
    ]
    for chosen, words in said:
        assert chosen.words(ROWS) == words
        assert chosen.words(ROWS[2:]) == words.removesuffix(end)
        assert chosen.words(ROWS[:2]) == ""


def test_what_was_asked_for_whole() -> None:
    each = [UNCHOSEN, ChosenEpochs("last"), ChosenEpochs((0, 2)), BEST]
    assert [one.text for one in each] == ["", "last", "0,2", "best:e/acc:max"]


def test_epochs_of_which_each_run_has_its_own_are_pooled() -> None:
    """And the same one of all runs, or several, are not."""
    found = {}
    for chosen in (ChosenEpochs("last"), ChosenEpochs((0, 1)), UNCHOSEN):
        rows = [each for each in of_epochs(ROWS, chosen) if each.run and each.evaluation]
        grouping = grouping_of(FACTORS, (), ("lora_rank", "learning_rate"), chosen)
        pool = pooled(rows, {run: SWEEP[run] for run in RUNS}, grouping)
        found[chosen.epochs] = [
            (each.epoch, [(v.run, v.epoch) for v in each.values]) for each in pool.rows
        ]
    both = [(at, [("run_000", at), ("run_001", at)]) for at in (0, 1)]
    assert found == {
        "last": [(None, [("run_000", 1), ("run_001", 2)])],
        (0, 1): both,
        "": [*both, (2, [("run_001", 2)])],
    }
