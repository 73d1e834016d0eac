"""What an editor says of a key: what it takes, what the base has, who reads it."""

from __future__ import annotations

from collections.abc import Callable

from tcwc.config.canonical import canonical_json
from tcwc.model.cut import cut
from tcwc.model.ir import Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.outside import without_theirs
from tcwc.model.secrets import masked_value
from tcwc.model.target import WhoReads
from tcwc.model.types import describe
from tcwc.report.schema.entries import SchemaKey
from tcwc.report.schema.types import Schema

_LONGEST = 90
_SHOWN = 4
"""Short names that are told of one path: the rest are other libraries' words."""


def about(
    entry: SchemaKey, readers: WhoReads, known: Knowledge, told: Callable[[str], str]
) -> Schema:
    """The description of a key, and what an editor offers behind it first; `told` puts stars for
    what may not be told."""
    path = format_path(entry.path)
    value = masked_value(path, entry.value)
    what = "a section" if entry.is_section else describe(entry.type)
    said = [f"{path}: {what}.{_value(entry, value)}"]
    said += [f"In short: {', '.join(entry.names[:_SHOWN])}."] if entry.names else []
    said += [f"Read by {each}." for each in readers.of(entry.path)]
    said += [] if entry.is_section else [_kind(path, known)]
    made: Schema = {"description": told("\n".join(filter(None, said)))}
    may_be_told = value == entry.value and without_theirs(value, told) == value
    if entry.is_there and not entry.is_section and value is not None and may_be_told:
        # No `default`: an editor would write those of a whole section when it completes its name.
        made["examples"] = [value]
    return made


def _value(entry: SchemaKey, value: Value) -> str:
    """What counts where nobody sets a key."""
    if entry.is_section:
        names = ", ".join(entry.components)
        return f" In this experiment {names}." if names else ""
    if entry.is_there:
        return f" The base has {cut(canonical_json(value), _LONGEST)}."
    return f" Without it {cut(entry.default, _LONGEST)}." if entry.default else ""


def _kind(path: str, known: Knowledge) -> str:
    """That a key is of the machine, or of a place, and why."""
    kind = known.key_class(path)
    if kind == "science":
        return ""
    why = known.key_reason(path).why
    return f"About the {'machine' if kind == 'engineering' else 'place of files'}: {why}."
