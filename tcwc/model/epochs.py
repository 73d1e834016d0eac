"""Which epochs of runs are meant, of those whose weights are kept: they count from 0."""

from __future__ import annotations

from typing import TypeAlias

from tcwc.model.digits import number_of
from tcwc.model.problem import Problem
from tcwc.model.words import nearest

LAST, ALL, BEST = "last", "all", "best:"
"""The last epoch of a run, all of them, and (with a metric behind it) the best by evaluations."""

Epochs: TypeAlias = "str | tuple[int, ...]"
"""`last`, `all`, or some by their numbers; where one is chosen by results also `best:METRIC`."""

_CALLED = {
    LAST: ("final", "end", "-1", "latest"),
    ALL: ("each", "every", "any", "*"),
}


class BadEpochs(Problem):
    """Words that mean no epochs: what is wrong, and what to write."""


class NoEpochs(Problem):
    """Epochs are meant that are not there."""


def meant(word: str) -> str:
    """The word that another one may stand for; "" where there is none."""
    called = (each for each, others in _CALLED.items() if word.lower() in others)
    return next(called, "") or next(iter(nearest(word, (LAST, ALL))), "")


def read_epochs(text: str) -> Epochs:
    """The epochs that are meant by `last`, `all`, `best:METRIC` or numbers, `0,2`. Raises
    BadEpochs."""
    if text in (LAST, ALL) or (text.startswith(BEST) and text != BEST):
        return text
    numbers = [each.strip() for each in text.split(",")]
    if all(each.isdecimal() for each in numbers):
        return tuple(sorted(set(map(number_of, numbers))))
    near = meant(text) or (f"{BEST}METRIC" if text in (BEST, BEST[:-1]) else "")
    forms = f"{LAST}, {ALL}, {BEST}METRIC, or numbers from 0 (0,2)"
    raise BadEpochs(f"`{text}` is no choice of epochs", f"write {near or forms}")


def is_best(epochs: Epochs) -> bool:
    """Whether results decide which they are."""
    return isinstance(epochs, str) and epochs.startswith(BEST)


def epochs_of(epochs: Epochs, count: int) -> tuple[int, ...]:
    """Those of a run that has so many: of numbers those that it has, which may be none."""
    if isinstance(epochs, str):
        return (count - 1,) if epochs == LAST else tuple(range(count))
    return tuple(each for each in epochs if each < count)


def epochs_in_words(epochs: Epochs) -> str:
    """What they are called: `the last epoch`, `all epochs`, `epochs 0, 2`."""
    if isinstance(epochs, str):
        return "the last epoch" if epochs == LAST else "all epochs"
    return f"epoch{'s' if len(epochs) > 1 else ''} {', '.join(map(str, epochs))}"
