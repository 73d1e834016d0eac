"""What a mapping says again is written as it stood there: in the order of its keys too.

A value that is written as a whole has its keys in one order, whatever that of the lines, and so
have derived values. Mappings of earlier tcwcs have them in the order of the lines, and those are
committed: the same content is not written anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.backend.run_mapping import Head
from tcwc.canonical import canonical_json
from tcwc.frozen import replace
from tcwc.ir import Value


def head_as_recorded(made: Head, old: Head) -> Head:
    """A head with the members of an old one that say the same."""
    return replace(
        made,
        controls=_same(made.controls, old.controls),
        engineering=_same(made.engineering, old.engineering),
        arms=_same(made.arms, old.arms),
    )


def as_recorded(made: dict[str, Value], old: Mapping[str, Value]) -> dict[str, Value]:
    """Values by name, each as an old one where that says the same, and in the order of the old
    ones where all do."""
    values = {name: _as(value, old.get(name)) for name, value in made.items()}
    return {name: values[name] for name in (old if old.keys() == made.keys() else made)}


def _same(made: Mapping[str, Value], old: Mapping[str, Value]) -> Mapping[str, Value]:
    return as_recorded(dict(made), old) if made else made


def _as(value: Value, old: Value) -> Value:
    nested = isinstance(value, (dict, list)) and isinstance(old, type(value))
    return old if nested and canonical_json(old) == canonical_json(value) else value
