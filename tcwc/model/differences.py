"""What differs between two versions of a target, as a value."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.values import Value


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs of one thing that both versions have: names that are `new` or `gone`, names that
    have to be there by now, and values, each before and after."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    values: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.required or self.values)


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs of things of a kind (recipes, configs, components). `counts` is how many there
    are of them, before and after."""

    counts: tuple[int, int]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: Mapping[str, Changed]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A change that no list of names shows: what another version does with the same config."""

    what: str
    do: str
    at: str


@dataclass(frozen=True, slots=True)
class Differences:
    """From one version to another."""

    versions: tuple[str, str]
    kinds: Mapping[str, Kind]
    notes: tuple[Behaviour, ...]
