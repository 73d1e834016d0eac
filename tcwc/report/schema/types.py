"""Types as JSON Schema: the values that a key takes, and the levels of a variable of it.

A value is read as an editor reads YAML: 1.2, where `8` is a number also where a text is meant.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from tcwc.model.types import Type, describe

Schema: TypeAlias = "dict[str, Any]"
"""A schema, or a part of one, as JSON has it."""

_REFERENCE = r"\$\{"
"""`${...}` fits any type."""

_NAMES = {
    "bool": ["boolean"],
    "int": ["integer"],
    "float": ["number"],
    "str": ["string", "number", "boolean"],
    "null": ["null"],
    "list": ["array"],
    "mapping": ["object"],
}
_BY_NUMBERS = ("range", "linspace", "logspace", "uniform", "loguniform")
"""How levels are made of numbers."""


def of_type(type_: Type) -> Schema:
    """The values of a type. The first kind is what an editor begins to write."""
    kinds = type_.kinds
    if "any" in kinds:
        return {}
    made: Schema = {}
    if type_.choices:
        made = _chosen(type_)
    else:
        names = [name for kind in kinds for name in _NAMES[kind]]
        made = {"type": [*dict.fromkeys([*names, "string"])]}
        if "str" not in kinds:
            made |= _reference(type_, or_infinite="float" in kinds)
    if "list" in kinds and type_.item is not None:
        made["items"] = of_type(type_.item)
    return made


def section(type_: Type) -> Schema:
    """What stands in the place of a section: its keys, several such, null, or what its own type has
    beside them, as where a key takes `true` or a mapping."""
    kinds = [kind for kind in type_.kinds if kind in ("bool", "int", "float", "str")]
    others = [name for kind in kinds for name in _NAMES[kind]]
    made: Schema = {"type": [*dict.fromkeys(["object", "array", "null", "string", *others])]}
    if "str" not in kinds:
        said = "a section with keys is needed" if not kinds else f"{describe(type_)} is needed"
        made |= {"pattern": _REFERENCE, "patternErrorMessage": said}
    return made


def _chosen(type_: Type) -> Schema:
    """One of a few values; what else the type takes, lists say, stands beside them."""
    none = [None] if "null" in type_.kinds else []
    others = [_NAMES[kind][0] for kind in type_.kinds if kind in ("list", "mapping")]
    ways: list[Schema] = [{"enum": [*type_.choices, *none]}]
    ways += [{"type": others}] if others else []
    return {"anyOf": [*ways, {"type": "string", "pattern": _REFERENCE}]}


def _reference(type_: Type, *, or_infinite: bool) -> Schema:
    """Of strings, only a `${...}` fits."""
    also = r"|^[-+]?\.?(inf|Inf|INF)$" if or_infinite else ""
    return {"pattern": _REFERENCE + also, "patternErrorMessage": f"{describe(type_)} is needed"}


def levels(value: Schema) -> Schema:
    """The list of a variable's levels, each a `value`."""
    return {"type": "array", "minItems": 1, "items": value}


def made_levels(type_: Type, value: Schema) -> Schema:
    """How the levels of a variable are made, by the word that says so."""
    numbers = _BY_NUMBERS if {"int", "float", "any"} & set(type_.kinds) else ()
    listed = levels(value)
    return {
        "values": {"description": "The levels, listed.", **listed},
        **{word: {"$ref": f"#/$defs/specification/properties/{word}"} for word in numbers},
        "choice": {"description": "A list to draw from, evenly; needs `sample`.", **listed},
        "when": {"$ref": "#/$defs/specification/properties/when"},
    }
