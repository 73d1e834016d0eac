"""Which epochs words mean, and which a run has."""

from __future__ import annotations

import pytest

from tcwc.model.epochs import (
    BadEpochs,
    Epochs,
    epochs_in_words,
    epochs_of,
    is_best,
    meant,
    read_epochs,
)


@pytest.mark.parametrize(
    ("text", "epochs"),
    [
        ("last", "last"),
        ("all", "all"),
        ("best:acc", "best:acc"),
        ("best:sums/acc:max", "best:sums/acc:max"),
        ("0", (0,)),
        ("2,0", (0, 2)),
        (" 0, 2 ,2", (0, 2)),
    ],
)
def test_what_is_meant(text: str, epochs: Epochs) -> None:
    assert read_epochs(text) == epochs
    assert is_best(epochs) == text.startswith("best:")


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("best", "write best:METRIC"),
        ("best:", "write best:METRIC"),
        ("final", "write last"),
        ("-1", "write last"),
        ("lsat", "write last"),
        ("each", "write all"),
        ("", "write last, all, best:METRIC, or numbers from 0 (0,2)"),
        ("0 2", "numbers from 0 (0,2)"),
        ("1.5", "numbers from 0 (0,2)"),
        ("0,", "numbers from 0 (0,2)"),
    ],
)
def test_what_means_no_epochs(text: str, help: str) -> None:
    with pytest.raises(BadEpochs, match="is no choice of epochs") as told:
        read_epochs(text)
    assert help in told.value.help


def test_a_word_for_another() -> None:
    assert [meant(each) for each in ("Latest", "*", "last", "x")] == ["last", "all", "last", ""]


def test_those_of_a_run() -> None:
    assert epochs_of("last", 3) == (2,)
    assert epochs_of("all", 3) == (0, 1, 2)
    assert epochs_of((0, 2), 3) == (0, 2)
    assert (epochs_of((0, 2), 2), epochs_of((2,), 1)) == ((0,), ())


def test_in_words() -> None:
    every: list[Epochs] = ["last", "all", (0,), (0, 2)]
    assert [epochs_in_words(each) for each in every] == [
        "the last epoch", "all epochs", "epoch 0", "epochs 0, 2",
    ]  # fmt: skip
