"""The steps by which runs find their ids again: by coordinates, by science, by a config, or new.

A run is known by its coordinates, and failing that by its science hash (a factor was added whose
level is what the run had before). Ids of runs that are gone are kept for their return, and are
never given to another run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TypeAlias

from tcwc.model.frozen import dataclass

Key: TypeAlias = str
"""Coordinates or a science hash, in any form in which equal ones are equal."""

_RUN_ID = re.compile(r"run_([0-9]{3,18})")


def run_id(number: int) -> str:
    """`run_007` for 7: at least three digits."""
    return f"run_{number:03d}"


def run_number(run_id: str) -> int | None:
    """7 for `run_007`; None for what is no run id, or not in its one spelling (`run_0007`)."""
    found = _RUN_ID.fullmatch(run_id)
    if found is None:
        return None
    number = int(found[1])
    return number if f"run_{number:03d}" == run_id else None


def number_in(run_id: str) -> int:
    """7 for `run_007`, a text that is known to be an id, and for `run_7`, as people write it."""
    return int(run_id.rpartition("_")[2])


@dataclass(frozen=True, slots=True)
class Known:
    """A run of the lock."""

    number: int
    coordinates: Key
    science_hash: Key
    live: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run of the design."""

    coordinates: Key
    science_hash: Key


class IdSource(Enum):
    """How a run came to its id: the steps of the matching, in their order."""

    KEPT = "same coordinates"
    REVIVED = "same coordinates as a retired run"
    SAME_SCIENCE = "same science as a run with other coordinates"
    REVIVED_SCIENCE = "same science as a retired run with other coordinates"
    FOUND = "the id of a config in the folder that no record knows, and that is the run's"
    NEW = "the next free id"


@dataclass(frozen=True, slots=True)
class Matching:
    """The id number of each wanted run, in design order, how it got it, and who is retired."""

    numbers: tuple[int, ...]
    how: tuple[IdSource, ...]
    retired: tuple[int, ...]
    """All numbers of the lock that no run has, those retired before included; ascending."""


Returning = Callable[[Sequence[int], bool], Iterable[tuple[int, int]]]
"""Of the places of wanted runs, pairs with numbers of live (or else retired) runs that they are."""

Claims = Callable[[Sequence[int]], Iterable[tuple[int, int]]]
"""Of the places of wanted runs, pairs with numbers that no record has and that they had."""


def match(
    known: Sequence[Known],
    wanted: Sequence[Wanted],
    returning: Returning | None = None,
    claims: Claims | None = None,
    above: int = -1,
) -> Matching:
    """Gives every wanted run an id.

    Step by step, each over all runs in design order before the next, ties to the lowest number,
    each record used once: same coordinates and live; same coordinates and retired; same science
    and live; same science and retired; what `claims` says; then one past the highest number ever
    used, and past `above`, and so on. `returning` says what else is the same science, where hashes
    cannot be compared; it comes after those whose can. `known` must not hold a number twice.
    """
    if _unchanged(known, wanted):
        return Matching(tuple([each.number for each in known]), (IdSource.KEPT,) * len(wanted), ())
    matcher = _Matcher(known, wanted)
    coordinates = [each.coordinates for each in wanted]
    matcher.step(IdSource.KEPT, ((k.coordinates, k) for k in known if k.live), coordinates)
    matcher.step(IdSource.REVIVED, ((k.coordinates, k) for k in known if not k.live), coordinates)
    science = [each.science_hash for each in wanted]
    for how, live in ((IdSource.SAME_SCIENCE, True), (IdSource.REVIVED_SCIENCE, False)):
        matcher.step(how, ((k.science_hash, k) for k in known if k.live == live), science)
        if returning is not None:
            matcher.pair(how, returning(matcher.open, live))
    if claims is not None and matcher.open:
        matcher.pair(IdSource.FOUND, claims(matcher.open))
    return matcher.finish(above)


def _unchanged(known: Sequence[Known], wanted: Sequence[Wanted]) -> bool:
    """The usual rebuild: every live run is there, in order, and nothing else.

    Coordinates are compared in order, so a number could go wrong only where two known runs have
    equal coordinates, which ties must decide.
    """
    return (
        len(known) == len(wanted)
        and all(
            k.live and k.coordinates == w.coordinates for k, w in zip(known, wanted, strict=True)
        )
        and len({w.coordinates for w in wanted}) == len(wanted)
    )


class _Matcher:
    def __init__(self, known: Sequence[Known], wanted: Sequence[Wanted]) -> None:
        self._known = known
        self._numbers: list[int | None] = [None] * len(wanted)
        self._how = [IdSource.NEW] * len(wanted)
        self.open: Sequence[int] = range(len(wanted))
        self._used: set[int] = set()

    def step(
        self, how: IdSource, candidates: Iterable[tuple[Key, Known]], keys: Sequence[Key]
    ) -> None:
        """Gives the runs that are still open the unused candidates of equal key."""
        if not self.open:
            return
        numbers = self._by_key(candidates, {keys[place] for place in self.open})
        still_open: list[int] = []
        for place in self.open:
            free = numbers.get(keys[place])
            if not free:
                still_open.append(place)
                continue
            self._numbers[place] = number = free.pop()
            self._how[place] = how
            self._used.add(number)
        self.open = still_open

    def pair(self, how: IdSource, pairs: Iterable[tuple[int, int]]) -> None:
        """Gives runs that are still open the first unused number that they are paired with."""
        for place, number in pairs:
            if self._numbers[place] is None and number not in self._used:
                self._numbers[place] = number
                self._how[place] = how
                self._used.add(number)
        self.open = [place for place in self.open if self._numbers[place] is None]

    def _by_key(
        self, candidates: Iterable[tuple[Key, Known]], looked_for: set[Key]
    ) -> dict[Key, list[int]]:
        """Unused numbers of each key that is looked for, descending: pop gives the lowest."""
        numbers: dict[Key, list[int]] = {}
        for key, record in candidates:
            if key in looked_for and record.number not in self._used:
                numbers.setdefault(key, []).append(record.number)
        for each in numbers.values():
            each.sort(reverse=True)
        return numbers

    def finish(self, above: int) -> Matching:
        """Gives the rest the next free numbers."""
        free = max(above, max((record.number for record in self._known), default=-1)) + 1
        for number, place in enumerate(self.open, free):
            self._numbers[place] = number
        numbers = tuple([number for number in self._numbers if number is not None])
        gone = sorted(k.number for k in self._known if k.number not in self._used)
        return Matching(numbers, tuple(self._how), tuple(gone))
