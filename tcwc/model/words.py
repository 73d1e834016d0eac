"""Which of the known names a misspelt one stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_WORSE = 0.12
"""Names that much less alike than the best one are not offered beside it."""


def nearest(word: str, names: Iterable[str], count: int = 1, cutoff: float = 0.6) -> list[str]:
    """The names most like a word, best first, in any case of letters; at most `count`."""
    from difflib import SequenceMatcher, get_close_matches  # costly, and for mistakes only

    def ratio(name: str) -> float:
        return SequenceMatcher(None, name, word.lower()).ratio()

    by_lower: dict[str, str] = {}
    for name in names:
        by_lower.setdefault(name.lower(), name)
    near = get_close_matches(word.lower(), by_lower, count, cutoff)
    return [by_lower[name] for name in near if ratio(name) > ratio(near[0]) - _WORSE]


def either(names: Sequence[str]) -> str:
    """ "a, b or c" """
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def same_words(one: str, other: str) -> bool:
    """Whether two names are one but for capitals, dashes and underscores."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def listed(keys: Sequence[str], most: int = 8) -> str:
    """ "`a`, `b` and `c`", and how many more where there are many."""
    shown = [f"`{key}`" for key in keys[:most]]
    if len(keys) > most:
        shown.append(f"{len(keys) - most} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
