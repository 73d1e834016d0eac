"""What a config that a target ships is about, for who looks for one to begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """A config in words: the `model` that it is of and its `size`, the `method` that it is for, on
    how many `devices` it is started, and the `recipes` that it is registered for.

    `is_guess`: that many devices are the fewest that make sense, and nothing says how many.
    `weights` are what it starts from, by their names on a hub; `is_gated`: that asks for a token.
    `likely` is the recipe to run it with where it is registered for none; "" where that is not
    known. `words` are other words that people find it by. What is not known is "".
    """

    name: str
    model: str
    size: str
    method: str
    devices: int
    recipes: tuple[str, ...]
    weights: tuple[str, ...] = ()
    is_gated: bool = False
    is_guess: bool = False
    likely: str = ""
    words: tuple[str, ...] = ()

    @property
    def recipe(self) -> str:
        """The recipe that runs it, if any is known."""
        return next(iter(self.recipes), self.likely)

    @property
    def texts(self) -> tuple[str, ...]:
        """All that it is found by."""
        mine = (self.name, self.model, self.size, self.method, *self.recipes, self.likely)
        return tuple(each.lower() for each in (*mine, *self.weights, *self.words) if each)


def fitting(every: Iterable[About], words: Sequence[str]) -> list[About]:
    """Those that have all words, the likeliest first: of equals, what one device can do; in their
    own order where nothing is asked."""
    found = [each for each in every if all(_has(each, word) for word in _asked(words))]
    if not words:
        return found
    return sorted(found, key=lambda each: (_far(each, words), each.devices > 1))


def surely(found: Sequence[About], words: Sequence[str]) -> About | None:
    """The one among those that have all words that is meant; None where several may be."""
    likely = [each for each in found if _far(each, words) == _far(found[0], words)]
    return likely[0] if len(likely) == 1 else None


def _asked(words: Sequence[str]) -> list[str]:
    return [word.lower().strip("*") for word in words]


def _far(each: About, words: Sequence[str]) -> tuple[int, int]:
    """How many words stand only within others, and how much of its method nobody asked for."""
    asked = _asked(words)
    within = sum(not _whole(each, word) for word in asked)
    return within, sum(not any(part in word for word in asked) for part in each.method.split())


def _has(each: About, word: str) -> bool:
    """Whether something is found by a word, with or without what stands between its parts:
    `llama3.2`, `4gpus`. 3b is no part of 13b, and 5b none of 1.5b."""
    flat = _flat(word)
    return any(_within(word, text) for text in each.texts) or (
        any(map(str.isalpha, flat)) and any(_within(flat, _flat(text)) for text in each.texts)
    )


def _within(word: str, text: str) -> bool:
    if not word[:1].isdigit():
        return word in text
    return re.search(rf"(?<![0-9])(?<![0-9]\.){re.escape(word)}", text) is not None


def _whole(each: About, word: str) -> bool:
    return any(word == text or word in re.split(r"[^a-z0-9.]+", text) for text in each.texts)


def _flat(text: str) -> str:
    return re.sub(r"[-_. ]", "", text)
