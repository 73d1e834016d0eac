"""Which of the known names a misspelt one stands for, and how names are listed.

A name is offered for a word only where a slip of the hand leads from the one to the other:
capitals, dashes and underscores, or one or two letters left out, put in, swapped or changed. What
is merely like a word is another thing: `v_proj` is no `o_proj`, a 3B model no 1B model.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from tcwc.model.frozen import dataclass

_PART = re.compile(r"[0-9]+|[^\W\d_]+|[^\w-]")
_SHORT = 4
"""Letters up to which a part of a name becomes another word by a letter changed or put in: `lora`
is `dora`, `loha` or `qlora` then."""
_MOST = 2
"""Slips in one word, at most."""

_LONG = 8
"""Letters from which on two slips are likelier than another word."""

_NO_OTHER = 6
"""Letters from which on a word with a slip is no other word."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that stand for something, though perhaps not where they were written, and the words
    that they are made of. What is in it is no misspelling of anything else."""

    names: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> Vocabulary:
        """The vocabulary of names."""
        whole = frozenset(names)
        return cls(whole, frozenset(part for name in whole for part in _parts(name)))


NOTHING = Vocabulary()


def nearest(
    word: str, names: Iterable[str], known: Vocabulary = NOTHING, count: int = 3
) -> list[str]:
    """The names that a word is, or is a misspelling of with the fewest slips; at most `count`.

    Where there are several, nobody can tell which is meant: they may be shown, and never written.
    """
    true = dict.fromkeys(names)
    if word in true or word in known.names:
        return [word] if word in true else []
    by_slips: dict[int, list[str]] = {}
    length = len(_bare(word))
    # Most names are too long or too short, which is soon seen.
    for name in [each for each in true if abs(len(_bare(each)) - length) <= _MOST]:
        if (slips := _slips(word, name, known)) is not None:
            by_slips.setdefault(slips, []).append(name)
    return by_slips[min(by_slips)][:count] if by_slips else []


def is_slip(text: str, name: str) -> bool:
    """Whether a text is a name but for a slip in a long word: short ones, such as names of methods,
    are near each other, and where a part is lost, nobody knows which it was."""
    words, true = (re.findall("[0-9]+|[a-z]+", each.lower()) for each in (text, name))
    lost = re.search(r"[_.-](?:[/_.-]|$)", text) and not re.search(r"[_.-](?:[/_.-]|$)", name)
    return not lost and all(
        sorted(one) == sorted(other) or len(other) >= _NO_OTHER
        for one, other in zip(words, true, strict=False)
    )


def lacks_a_part(text: str, name: str, names: Collection[str]) -> bool:
    """Whether a text may be another of some names than the nearest: that without one letter, as
    `dlora_x` is `lora_x` as well as `qlora_x`, or one with another part than the one it lacks, as
    `FullModelCheckpointer` may be any `FullModel...Checkpointer`."""
    without = (text[:at] + text[at + 1 :] for at in range(len(text)))
    if any(each != name and each in names for each in without):
        return True
    capitals = [sum(map(str.isupper, each)) for each in (text.rpartition(".")[2], name)]
    return not text.islower() and capitals[1] - capitals[0] > 1


def same_words(one: str, other: str) -> bool:
    """Whether two names are one but for capitals, dashes and underscores."""
    return _bare(one) == _bare(other)


@lru_cache(4_096)  # more than a catalogue has: each is compared with every word
def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


@lru_cache(4_096)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(_PART.findall(name.lower()))


def _slips(word: str, name: str, known: Vocabulary) -> int | None:
    """How many slips lead from a name to a word; None where more than slips did."""
    bare, other = _bare(word), _bare(name)
    if bare == other:
        return 0
    parts, theirs = _parts(word), _parts(name)
    if len(parts) != len(theirs):
        return None
    slips = 0
    for part, true in zip(parts, theirs, strict=True):
        if part != true:
            made = _slips_of_part(part, true, known)
            if made is None:
                return None
            slips += made
    return slips if slips <= _bearable(len(other)) else None


def _slips_of_part(part: str, true: str, known: Vocabulary) -> int | None:
    """The same for a part of a name. A number is never one of another number."""
    if not (part.isalpha() and true.isalpha()) or min(len(part), len(true)) < 2:
        return None
    if part in (f"{true}s", f"{true}es") or true in (f"{part}s", f"{part}es"):
        return 1
    if part in known.parts:
        return None
    if min(len(part), len(true)) <= _SHORT:
        return 1 if part in _small_slips(true) else None
    return _distance(part, true, _bearable(len(true)))


def _bearable(length: int) -> int:
    return _MOST if length >= _LONG else 1


def _small_slips(true: str) -> Iterator[str]:
    """A short word with two letters swapped, one left out, or one written twice."""
    for at in range(len(true)):
        if at:  # `qlora` without its first letter is another word
            yield true[:at] + true[at + 1 :]
        yield true[:at] + true[at] + true[at:]
        yield true[:at] + true[at : at + 2][::-1] + true[at + 2 :]


def _distance(one: str, other: str, most: int) -> int | None:
    """Letters left out, put in, changed, or swapped with their neighbour; None if over `most`."""
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, theirs in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1] if row[-1] <= most else None


def how_many(count: int, what: str) -> str:
    """ "1 run", "2,000 runs"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def either(names: Sequence[str]) -> str:
    """ "a, b or c" """
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def listed(keys: Sequence[str], most: int = 8) -> str:
    """ "`a`, `b` and `c`", and how many more where there are many."""
    shown = [f"`{key}`" for key in keys[:most]]
    if len(keys) > most:
        shown.append(f"{len(keys) - most} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
