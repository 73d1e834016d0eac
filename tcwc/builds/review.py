"""A build beside the mapping of an earlier commit: what becomes of each of the runs of then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from tcwc.builds.build import Build, Output
from tcwc.builds.changes import Change, Changes, Kept
from tcwc.builds.compare import origin_differences
from tcwc.builds.mapping import Lock, Record
from tcwc.builds.matching import run_id
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.patterns import pattern

_AT_ONCE = 500
"""Configs of then that are read together."""
_BASES, _HASH_OF_BASE = ("base.config ", "base.file "), "base.sha256 "
_LONG = pattern("([0-9a-f]{12})[0-9a-f]{52}")
"""A hash, of which people need to see that it is another one."""


@dataclass(frozen=True, slots=True)
class RunOf:
    """A run, and its levels under the author's names."""

    id: str
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What becomes of runs. Ids are today's, but for those that are `retired`.

    `kept` are as they were, byte for byte; `rewritten` have another text that means the same.
    `renumbered` are the ids, then and today, of runs that have another one by now. `origin` are
    differences in what all runs are made from.
    """

    kept: int = 0
    rewritten: tuple[str, ...] = ()
    new: tuple[RunOf, ...] = ()
    revived: tuple[RunOf, ...] = ()
    retired: tuple[RunOf, ...] = ()
    renumbered: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    origin: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """The runs that mean something else than they did."""
        return tuple(id for each in self.changes for id in each.ids)

    @property
    def to_train(self) -> tuple[str, ...]:
        """The runs that nobody can have trained as they are now, but for those that are back."""
        return (*(each.id for each in (*self.new, *self.revived)), *self.changed)

    @property
    def is_as_before(self) -> bool:
        """Whether nothing is to be said: all runs are there, byte for byte, and no others."""
        return not (
            self.to_train or self.rewritten or self.retired or self.renumbered or self.origin
        )


class Old(Kept, Protocol):
    """Where the configs of then are."""

    def fetch(self, ids: list[str], /) -> None:
        """Read those of some runs; `config` then gives them."""


def review(now: Build, then: Build, old: Old) -> Reviewed:
    """What becomes of the runs that a mapping of then has: `then` is today's experiment beside it,
    `now` beside that of today."""
    today = {
        run_id(there): run_id(here)
        for there, here in zip(then.ids.numbers, now.ids.numbers, strict=True)
    }
    live = then.lock.runs if then.lock else {}
    retired = then.lock.retired if then.lock else {}
    kept, rewritten, changes = 0, list[str](), _Changed(old)
    new, revived = list[RunOf](), list[RunOf]()
    for output in then.outputs():
        found = RunOf(today[output.id], output.record.parameters)
        if output.before is None:
            new.append(found)
        elif output.id in retired:
            revived.append(found)
        elif output.changed_meaning:
            changes.note(output)
        elif output.before.sha256 != output.record.sha256:
            rewritten.append(found.id)
        else:
            kept += 1
    gone = (live[id] for id in then.newly_retired())
    return Reviewed(
        kept,
        tuple(rewritten),
        tuple(new),
        tuple(revived),
        retired_of(gone),
        tuple(pair for pair in today.items() if pair[0] in live and pair[0] != pair[1]),
        tuple(changes.grouped(today)),
        tuple(_origin(now, then.lock)),
    )


def retired_of(records: Iterator[Record]) -> tuple[RunOf, ...]:
    """Runs of a mapping that are there no more."""
    return tuple(RunOf(each.id, each.parameters) for each in records)


def _origin(now: Build, lock: Lock | None) -> Iterator[str]:
    if lock is None:
        return
    found = list(origin_differences(lock.head, now.head()))
    is_other = any(each.startswith(_BASES) for each in found)
    for each in found:
        if not (is_other and each.startswith(_HASH_OF_BASE)):
            yield _LONG.sub(r"\1...", each)


class _Changed:
    """The runs that mean something else than then, with what changed in them."""

    def __init__(self, old: Old) -> None:
        self._old = old
        self._changes = Changes(old)
        self._waiting: list[Output] = []

    def note(self, output: Output) -> None:
        self._waiting.append(output)
        if len(self._waiting) == _AT_ONCE:
            self._look()

    def _look(self) -> None:
        if self._waiting:
            self._old.fetch([each.id for each in self._waiting])
        for each in self._waiting:
            self._changes.note(each.id, each.text)
        self._waiting = []

    def grouped(self, today: Mapping[str, str]) -> Iterator[Change]:
        self._look()
        for each in self._changes.grouped():
            yield replace(each, ids=tuple(today[id] for id in each.ids))
