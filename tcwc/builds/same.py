"""Whether a mapping says what a build would say, whatever its layout and the order of its keys.

`command`, `meta`, the experiment's name, how the source is spelled, the revision of the format and
what an older tcwc did not write decide no byte of a config: they are never a reason for `check` to
be red. (A build writes another `command` where runs need other processes: Build.starts_otherwise.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcwc.builds.mapping import Head, Lock, Record
from tcwc.model.ir import Value


def same_value(one: Value, other: Value) -> bool:
    """Equal as JSON, types included: `1`, `1.0` and `true` are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    return one == other and _kind(one) is _kind(other)


def _kind(scalar: Value) -> type | None:
    """The type of JSON; a string may be of a type of its own here."""
    # bool first: to Python it is an int.
    return next((kind for kind in (bool, int, float, str) if isinstance(scalar, kind)), None)


def same_levels(one: Record, other: Record) -> bool:
    """Whether two records have the same parameters and derived values."""
    return _same_mapping(one.parameters, other.parameters) and _same_mapping(
        one.derived, other.derived
    )


def same_record(one: Record, other: Record) -> bool:
    """Whether two records of an id say the same."""
    hashes = (one.sha256, one.science_hash, one.was)
    return hashes == (other.sha256, other.science_hash, other.was) and same_levels(one, other)


def same_design(one: Head, other: Head) -> bool:
    """Whether two heads agree in what decides bytes."""
    return one.recipe == other.recipe and all(
        _same_mapping(mine, theirs)
        for mine, theirs in (
            (one.base, other.base),
            (one.torchtune, other.torchtune),
            (one.names, other.names),
            (one.controls, other.controls),
            (one.engineering, other.engineering),
            (one.arms, other.arms),
        )
    )


def same_labels(one: Head, other: Head) -> bool:
    """Whether they agree in what decides no byte, and a build keeps up to date all the same.

    The rest follows when it has another reason to write.
    """
    mine, theirs = (one.experiment, one.source), (other.experiment, other.source)
    return mine == theirs and same_value(one.meta, other.meta)


def _same_mapping(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return same_value(dict(one), dict(other))


class RecordsCompared:
    """Whether a mapping already says what a build would write: its `head`, runs and retired."""

    def __init__(self, lock: Lock | None, head: Head) -> None:
        self._lock = lock
        self._head = head
        self._same = lock is not None
        self._runs = 0

    def note(self, record: Record) -> None:
        """The next run."""
        self._runs += 1
        if self._same and self._lock is not None:
            before = self._lock.runs.get(record.id)
            self._same = before is not None and same_record(record, before)

    def decides(self, retired: Iterable[Record]) -> bool:
        """After all runs: whether it records them, and all that decides their bytes."""
        lock = self._lock
        return (
            lock is not None
            and self._same
            and self._runs == len(lock.runs)
            and same_design(lock.head, self._head)
            and _same_records(retired, lock.retired)
        )

    def is_all(self, retired: Iterable[Record], *, mends: bool) -> bool:
        """Whether a build has no reason to write it: what decides nothing, and the layout, too.

        `mends` says whether other line ends are a reason.
        """
        lock = self._lock
        return (
            lock is not None
            and same_labels(lock.head, self._head)
            and self.decides(retired)
            and lock.is_ours
            and not (mends and lock.is_crlf)
        )


def _same_records(some: Iterable[Record], others: Mapping[str, Record]) -> bool:
    """Whether records are those of a section, in whatever order."""
    listed = list(some)
    return len(listed) == len(others) and all(
        record.id in others and same_record(record, others[record.id]) for record in listed
    )
