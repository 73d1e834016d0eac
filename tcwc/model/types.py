"""What a key may hold: types, of what they are made, what fits them, how that is said."""

from __future__ import annotations

from tcwc.model.frozen import dataclass
from tcwc.model.values import Scalar, Value


@dataclass(frozen=True, slots=True)
class Type:
    """What a key may hold: any of `kinds` (bool int float str null list mapping any).

    `choices`, where not empty, are the only values allowed (null apart, where `null` is a kind).
    `item` is the type of a list's items. `any` means that nothing is known.
    """

    kinds: tuple[str, ...]
    choices: tuple[Scalar, ...] = ()
    item: Type | None = None


ANY = Type(("any",))

_NOUNS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "null": "null",
    "list": "a list",
    "mapping": "a mapping",
}


def describe(type_: Type) -> str:
    """A type in words: "a whole number or null", "one of bf16, fp32"."""
    if type_.choices:
        words = "one of " + ", ".join(str(choice) for choice in type_.choices)
        return words + (" or null" if "null" in type_.kinds else "")
    if "any" in type_.kinds:
        return "anything"
    kinds = [kind for kind in type_.kinds if kind != "int" or "float" not in type_.kinds]
    nouns = [_NOUNS[kind] for kind in kinds]
    return " or ".join((", ".join(nouns[:-1]), nouns[-1]) if len(nouns) > 1 else nouns)


def of_value(value: Value) -> Type:
    """The type that a value of the base stands for; a null says nothing."""
    if value is None:
        return Type(("any",))
    if isinstance(value, bool):
        return Type(("bool",))
    if isinstance(value, list):
        kinds = {of_value(item).kinds[0] for item in value}
        if kinds == {"int", "float"}:
            kinds = {"float"}
        return Type(("list",), item=Type((kinds.pop(),)) if len(kinds) == 1 else None)
    names = {int: "int", float: "float", str: "str", dict: "mapping"}
    return Type((names[type(value)],))


def union(types: list[Type]) -> Type:
    """A type that takes what any of `types` takes."""
    if len(types) == 1:
        return types[0]
    kinds = tuple(dict.fromkeys(kind for type_ in types for kind in type_.kinds))
    if "any" in kinds:
        return Type(("any",))
    scalars = [type_ for type_ in types if {"bool", "str", "int", "float"} & set(type_.kinds)]
    choices: tuple[Scalar, ...] = ()
    if scalars and all(type_.choices for type_ in scalars):  # else one takes any scalar
        choices = tuple(dict.fromkeys(choice for type_ in scalars for choice in type_.choices))
    items = [type_.item for type_ in types if type_.item is not None]
    complete = len(items) == sum("list" in type_.kinds for type_ in types)
    return Type(kinds, choices, union(items) if items and complete else None)


def with_null(type_: Type) -> Type:
    """The type that takes null too."""
    if {"null", "any"} & set(type_.kinds):
        return type_
    return Type((*type_.kinds, "null"), type_.choices, type_.item)


def misfit(value: Value, type_: Type) -> str | None:
    """Why a value does not fit: "type", "choice", or None where it does.

    Items of lists are judged by themselves.
    """
    kinds = set(type_.kinds)
    if "any" in kinds or (value is None and kinds & {"null", "bool"}):
        return None
    if not _takes(value, kinds):
        return "type"
    scalar = not isinstance(value, (dict, list))
    return "choice" if type_.choices and scalar and value not in type_.choices else None


def _takes(value: Value, kinds: set[str]) -> bool:
    if isinstance(value, bool):
        return "bool" in kinds
    if isinstance(value, int):
        return bool(kinds & {"int", "float"}) or ("bool" in kinds and value in (0, 1))
    if isinstance(value, float):
        return "float" in kinds
    if isinstance(value, str):
        return "str" in kinds
    if isinstance(value, list):
        return "list" in kinds
    return value is not None and "mapping" in kinds
