"""Directories as texts: whether two of them may be one.

A directory may hold the name of its run, which is another in every run, and parts that are known
only when the run starts. What cannot be told apart from its text counts as one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias

from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern

_LATE = pattern("\x02([^\x03]*)\x03")
_UP = pattern(r"/(?!\.\.(?:/|\Z))[^/\x02\x03]+/\.\.(?=/|\Z)")
"""A known segment, and the way up from it."""
_SLASHES = pattern(r"/(?:\.?/)+")


def late(text: str) -> str:
    """A mark in a directory for what is known only when the run starts; `text` is as written."""
    return f"\x02{text}\x03"


@dataclass(frozen=True, slots=True)
class Plain:
    """A directory without the name of its run."""

    text: str

    @property
    def shown(self) -> str:
        return _LATE.sub(r"\1", self.text)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Its parts that are known only when the run starts."""
        return tuple(_LATE.findall(self.text))


@dataclass(frozen=True, slots=True)
class Own:
    """A directory with the number of its run in it: what stands before that, and behind."""

    before: str
    behind: str

    @property
    def shown(self) -> str:
        return _LATE.sub(r"\1", f"{self.before}NNN{self.behind}")


Directory: TypeAlias = "Plain | Own"


def directory(in_one_run: str, in_another: str) -> Directory:
    """A directory from what it is in two runs whose numbers differ in every digit."""
    one, other = _normal(in_one_run), _normal(in_another)
    if one == other:
        return Plain(one)
    before = posixpath.commonprefix([one, other])
    behind = posixpath.commonprefix([one[: len(before) - 1 : -1], other[: len(before) - 1 : -1]])
    return Own(before, behind[::-1])


def _normal(text: str) -> str:
    """One spelling of a path. `..` is kept behind what nobody knows."""
    text = _SLASHES.sub("/", text)
    if "\x02" in text:
        while (folded := _UP.sub("", text, count=1)) != text:
            text = folded
        return text.removeprefix("./").removesuffix("/.").rstrip("/")
    return posixpath.normpath(text)


def ambiguous(directories: Iterable[Own]) -> tuple[Own, Own] | None:
    """Two different ones that may be one directory in runs of different numbers."""
    ordered = sorted(set(directories), key=lambda each: (each.before, each.behind))
    open_: list[Own] = []
    for each in ordered:
        open_ = [other for other in open_ if each.before.startswith(other.before)]
        for other in open_:
            if _may_meet(other, each):
                return other, each
        open_.append(each)
    return None


def _may_meet(one: Own, other: Own) -> bool:
    """Whether some two numbers make one text of both; what begins the first begins the second."""
    rest = other.before[len(one.before) :]
    digits = len(rest) - len(rest.lstrip("0123456789"))
    for taken in range(1, digits + 1):  # as much of it is the first one's number
        left = rest[taken:]
        met = left and one.behind.startswith(left)
        if met and _is_number_and(one.behind[len(left) :], other.behind):
            return True
    if digits < len(rest):
        return False
    shorter, longer = sorted((one.behind, other.behind), key=len)
    return (longer != shorter or bool(rest)) and _is_number_and("0" + longer, shorter)


def _is_number_and(text: str, behind: str) -> bool:
    """Whether a text is a number and what stands behind it."""
    number = text[: len(text) - len(behind)]
    return text.endswith(behind) and number.isascii() and number.isdigit()


def holding(owned: Iterable[Own], plain: Iterable[Plain]) -> tuple[Own, Plain] | None:
    """A directory without a run's name that may be some run's own."""
    by_start: dict[str, list[Own]] = {}
    for each in owned:
        by_start.setdefault(each.before, []).append(each)
    for other in plain if by_start else ():
        for length in range(len(other.text)):
            for own in by_start.get(other.text[:length], ()):
                if _is_number_and(other.text[length:], own.behind):
                    return own, other
    return None


def indistinct(directories: Iterable[Plain]) -> tuple[Plain, Plain] | None:
    """Two different ones that may be one directory when the runs start."""
    known = set(directories)
    if not any(each.unknown for each in known):
        return None
    return next(_pairs(sorted(known, key=lambda each: (each.unknown, each.text))), None)


def _pairs(directories: list[Plain]) -> Iterator[tuple[Plain, Plain]]:
    for one, other in pairwise(directories):
        if one.unknown == other.unknown:
            if not _differ_surely(_LATE.split(one.text), _LATE.split(other.text)):
                yield one, other
        elif _tail(one).endswith(_tail(other)) or _tail(other).endswith(_tail(one)):
            yield one, other


def _tail(each: Plain) -> str:
    """What stands behind all that nobody knows."""
    return _LATE.split(each.text)[-1]


def _differ_surely(one: list[str], other: list[str]) -> bool:
    """Whether texts with the same unknown parts differ whatever these are."""
    for at, (literal, another) in enumerate(zip(one[::2], other[::2], strict=True)):
        if literal != another:
            last = at == len(one) // 2
            return last or not (literal.startswith(another) or another.startswith(literal))
    return False
