"""What a key may hold, and how that is said to people."""

from __future__ import annotations

from tcwc.model.frozen import dataclass
from tcwc.model.values import Scalar


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
    "str": "a text",
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
    nouns = [_NOUNS[kind] for kind in type_.kinds]
    return " or ".join((", ".join(nouns[:-1]), nouns[-1]) if len(nouns) > 1 else nouns)
