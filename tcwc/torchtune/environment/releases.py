"""Versions of Python packages, in their order, and ranges of them (PEP 440).

What is no such version, or names a build of its own (`0.16.0+git1234`: its number says what it was
to become), is in no range, and no range is without it: nothing is known of it.
"""

from __future__ import annotations

import re

from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern

_VERSION = pattern(
    r"(?ai)v?(?P<release>\d{1,9}(?:\.\d{1,9}){0,9})"
    r"(?:[-_.]?(?P<stage>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?P<number>\d{0,9}))?"
    r"(?P<post>(?:-\d{1,9})|(?:[-_.]?(?:post|rev|r)[-_.]?\d{0,9}))?"
    r"(?:[-_.]?dev[-_.]?(?P<dev>\d{0,9}))?"
    r"(?:\+(?P<label>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?"
)
_CLAUSE = pattern(r"\s*(<=|>=|==|!=|<|>)\s*([\w.+-]+?)(\.\*)?\s*")
_STAGES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_DONE, _NEVER = 3, 10**9


@dataclass(frozen=True, slots=True)
class Release:
    """A version: `numbers` are those of its release, `label` is what stands after `+`."""

    numbers: tuple[int, ...]
    stage: tuple[int, int, int, int]
    label: str

    @property
    def public(self) -> str:
        """Its release alone, as it is asked for: `2.13.0`."""
        return ".".join(map(str, self.numbers))

    @property
    def is_final(self) -> bool:
        """Whether it is what its number says, and not something before or after it."""
        return self.stage == (_DONE, 0, -1, _NEVER)

    @property
    def is_before_final(self) -> bool:
        """Whether it is on the way to what its number says."""
        return self.stage[0] < _DONE or self.stage[3] < _NEVER

    @property
    def is_after_final(self) -> bool:
        """Whether it is a patch of it."""
        return self.stage[2] >= 0

    @property
    def is_own_build(self) -> bool:
        """Whether somebody built it from some commit."""
        return re.match(r"g(it)?[0-9a-f]{6,}|git", self.label) is not None

    @property
    def order(self) -> tuple[tuple[int, ...], tuple[int, int, int, int]]:
        """What it is sorted by; without its label."""
        numbers = list(self.numbers)
        while numbers and not numbers[-1]:
            numbers.pop()
        return tuple(numbers), self.stage


def parse_release(text: str) -> Release | None:
    """A version; None for what is none."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        return None
    numbers = tuple(int(part) for part in match["release"].split("."))
    stage = _STAGES[match["stage"].lower()] if match["stage"] else _DONE
    post = int(re.sub(r"\D", "", match["post"]) or 0) if match["post"] else -1
    dev = int(match["dev"] or 0) if match["dev"] is not None else _NEVER
    if match["dev"] is not None and stage == _DONE and post < 0:
        stage = -1  # what comes before all of a release
    return Release(numbers, (stage, int(match["number"] or 0), post, dev), match["label"] or "")


def is_in(release: Release, spec: str) -> bool:
    """Whether a version is in a range such as `>=0.13.0,<0.16`; False where the range is none."""
    clauses = [_CLAUSE.fullmatch(each) for each in spec.split(",")]
    return all(each is not None and _holds(release, *each.groups()) for each in clauses)


def is_out(release: Release, spec: str) -> bool:
    """Whether a version is surely not in a range: False where it cannot be told."""
    clauses = [_CLAUSE.fullmatch(each) for each in spec.split(",")]
    if not all(each is not None and parse_release(each[2]) for each in clauses):
        return False
    return not is_in(release, spec)


def _holds(release: Release, operator: str, text: str, star: str | None) -> bool:
    wanted = parse_release(text)
    if wanted is None:
        return False
    if operator in ("==", "!="):
        same = _begins(release, wanted) if star else release.order == wanted.order
        return same is (operator == "==")
    if operator == "<":
        # `<0.18.0` says nothing of what was on the way to it, nor `>0.18.0` of its patches.
        is_near = release.is_before_final and not wanted.is_before_final
        way = is_near and _are_one(release, wanted) and release.stage >= _first_on_the_way(wanted)
        return release.order < wanted.order and not way
    if operator == ">":
        is_near = release.is_after_final and wanted.is_final
        return release.order > wanted.order and not (is_near and _are_one(release, wanted))
    return release.order >= wanted.order if operator == ">=" else release.order <= wanted.order


def _first_on_the_way(wanted: Release) -> tuple[int, int, int, int]:
    """The stage of the first thing on the way to a release, or to a patch of one: its `.dev0`."""
    return (_DONE, 0, wanted.stage[2], 0) if wanted.is_after_final else (-1, 0, -1, 0)


def _are_one(one: Release, other: Release) -> bool:
    return one.order[0] == other.order[0]


def _begins(release: Release, wanted: Release) -> bool:
    numbers = release.numbers + (0,) * (len(wanted.numbers) - len(release.numbers))
    return numbers[: len(wanted.numbers)] == wanted.numbers


def is_of(release: Release, text: str) -> bool:
    """Whether a final version begins with these numbers: 3.11.7 is of `3.11`."""
    wanted = parse_release(text)
    return wanted is not None and release.is_final and _begins(release, wanted)
