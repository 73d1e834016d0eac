"""Whether a mapping says what a build would say, whatever its layout and the order of its keys.

`command`, `meta`, the experiment's name, how the source is spelled, the revision of the format and
what an older tcwc did not write decide no byte of a config: they are never a reason for `check` to
be red.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcwc.backend.run_mapping import Head, Record
from tcwc.ir import Value


def same_value(one: Value, other: Value) -> bool:
    """Equal as JSON, types included: `1`, `1.0` and `true` are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    return one == other and _kind(one) is _kind(other)


def _kind(scalar: Value) -> type | None:
    """The type of JSON; a string may be of a type of its own here."""
    return next((kind for kind in (bool, int, float, str) if isinstance(scalar, kind)), None)


def same_record(one: Record, other: Record) -> bool:
    """Whether two records of an id say the same."""
    return (
        (one.sha256, one.science_hash, one.was) == (other.sha256, other.science_hash, other.was)
        and _same_mapping(one.parameters, other.parameters)
        and _same_mapping(one.derived, other.derived)
    )


def same_records(some: Iterable[Record], others: Mapping[str, Record]) -> bool:
    """Whether records are those of a section, in whatever order."""
    listed = list(some)
    return len(listed) == len(others) and all(
        record.id in others and same_record(record, others[record.id]) for record in listed
    )


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
