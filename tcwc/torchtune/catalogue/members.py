"""Entries of the catalogue's files: which one covers a name, and what it is as a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from tcwc.model.known import Component, KeyReason, Parameter, Recipe, RecipeKey, Supplied
from tcwc.model.types import Type

Member: TypeAlias = "dict[str, Any]"

LONGEST = 6
"""Segments of the longest pattern that the catalogue's files may have. No longer path is covered by
one, and the patterns that cover a path are two to the power of its segments."""


def _segments(path: str) -> list[str]:
    return path.replace("[", ".").replace("]", "").split(".")


def covering(path: str) -> Iterator[str]:
    """The patterns that cover a path or a section that holds it, the most specific first."""
    segments = _segments(path)
    for length in range(min(len(segments), LONGEST), 0, -1):
        yield from patterns(".".join(segments[:length]))


def patterns(path: str) -> Iterator[str]:
    """A path and every pattern with `*` for segments of it, from the most specific on; none for a
    path that is longer than any pattern."""
    segments = _segments(path)
    if len(segments) > LONGEST:
        return
    masks = sorted(range(1 << len(segments)), key=lambda mask: (mask.bit_count(), mask))
    for mask in masks:
        yield ".".join("*" if mask >> at & 1 else s for at, s in enumerate(segments))


def covers(pattern: str, name: str) -> bool:
    """Whether a pattern is a name but for its `*`, each of which stands for a segment."""
    if "*" not in pattern:
        return pattern == name
    ours, theirs = pattern.split("."), name.split(".")
    return len(ours) == len(theirs) and all(
        o in ("*", t) for o, t in zip(ours, theirs, strict=True)
    )


def names_in(members: Member) -> Iterator[str]:
    """The names that a file of a catalogue has: of members, their parameters, and their keys."""
    yield from members
    for member in members.values():
        if isinstance(member, dict):
            yield from (parameter["name"] for parameter in member.get("parameters", ()))
            yield from (part for key in member.get("keys", ()) for part in key.split("."))
            yield from _keys(member.get("values"))


def _keys(value: Any) -> Iterator[str]:
    """The keys of a config, at any depth."""
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value or ():
        if isinstance(item, dict | list):
            yield from _keys(item)


def reason_from_json(member: Any) -> KeyReason:
    """Why a key has its class."""
    return KeyReason(member.get("why", ""), frozenset(member.get("unlike", ())))


def type_from_json(member: Member) -> Type:
    """A type, as `type_json` of introspection writes it."""
    item = member.get("item")
    return Type(
        tuple(member["kinds"]),
        tuple(member.get("choices", ())),
        None if item is None else type_from_json(item),
    )


def component_from_json(name: str, member: Member, types: Mapping[str, Type]) -> Component:
    """A component under the name that it was asked for; `types` go before the annotations'."""
    parameters = {
        p["name"]: Parameter(
            p["name"],
            types.get(p["name"]) or type_from_json(p["type"]),
            p.get("annotation", ""),
            p.get("required", False),
            p.get("default", ""),
            p.get("positional_only", False),
        )
        for p in member["parameters"]
    }
    return Component(
        name, member["at"], parameters, member["forwards"], _supplied(member.get("supplies", {}))
    )


def recipe_from_json(name: str, member: Member) -> Recipe:
    """A recipe under its registered name."""
    configs = tuple(member["configs"])
    return Recipe(name, member["file"], member["distributed"], configs, *reads_from_json(member))


def reads_from_json(member: Member) -> tuple[Mapping[str, RecipeKey], Mapping[str, Supplied]]:
    """The keys that something reads of a config, and what it makes components of."""
    keys = {
        path: RecipeKey(path, key["required"], key["default"], tuple(key["at"]))
        for path, key in member["keys"].items()
    }
    return keys, {name: _supplied(given) for name, given in member["instantiates"].items()}


def _supplied(member: Member) -> Supplied:
    return Supplied(
        member.get("positional", 0),
        tuple(member.get("keywords", ())),
        member.get("component", ""),
    )
