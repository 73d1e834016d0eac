"""What differs between two versions of a target, as a value."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
    """A change that no list of names shows: what another version does with the same config.

    It is one for recipes that read a key of `reads`, and for those of which nothing is known; for
    components whose names begin with one of `components`; and for those of the author's own, whose
    names begin with none of `unlike`. It is one for all where it says none of these.
    """

    what: str
    do: str
    at: str
    reads: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    def concerns(self, keys: Collection[str] | None, components: Collection[str]) -> bool:
        """Whether it is one for a recipe, by the keys that it reads (None where that is one of the
        author's own), and for some components, by their names."""
        if not (self.reads or self.components or self.unlike):
            return True
        return (
            (keys is None and not self.components)
            or not set(self.reads).isdisjoint(keys or ())
            or any(name.startswith(self.components) for name in components)
            or (bool(self.unlike) and not all(each.startswith(self.unlike) for each in components))
        )


@dataclass(frozen=True, slots=True)
class Differences:
    """From one version to another."""

    versions: tuple[str, str]
    kinds: Mapping[str, Kind]
    notes: tuple[Behaviour, ...]
