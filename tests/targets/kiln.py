"""A second target, for tests: a trainer with flat keys, no components and no `${...}`.

Everything that is known of it is one JSON Schema. `x-class` says what a key is about; a key that
the schema does not have is dropped by the trainer in silence, so it is reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.evaluators import Evaluators
from tcwc.model.frozen import dataclass, field
from tcwc.model.known import Component, KeyReason, Knowledge, Recipe, RecipeKey, ShippedConfig
from tcwc.model.source import Span
from tcwc.model.target import CodeFolders, Data, ReadFile, Target
from tcwc.model.types import Type
from tcwc.model.values import Path, Value
from tcwc.model.words import Vocabulary
from tcwc.yaml.config import read_base
from tcwc.yaml.emit import render_member

SCHEMA: dict[str, Any] = {
    "properties": {
        "clay": {"type": "string"},
        "glaze": {"enum": ["matt", "gloss", "none"]},
        "heat": {"type": "number"},
        "hours": {"type": "integer"},
        "soak": {"type": ["integer", "null"]},
        "seed": {"type": "integer"},
        "shelves": {"type": "array", "items": {"type": "integer"}},
        "vent": {
            "type": "object",
            "properties": {"fan": {"type": "integer"}, "open": {"type": "number"}},
        },
        "pieces": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"form": {"enum": ["bowl", "vase"]}, "count": {"type": "integer"}},
            },
        },
        "notes": {"type": "string", "x-class": "engineering"},
        "burners": {"type": "integer", "x-class": "engineering"},
        "save_to": {"type": "string", "x-class": "location"},
    },
    "required": ["clay", "heat", "save_to"],
}

SHIPPED: dict[str, dict[str, Value]] = {
    "stoneware": {
        "clay": "stoneware",
        "heat": 1240.0,
        "hours": 8,
        "soak": None,
        "seed": 1,
        "burners": 2,
        "save_to": "/kiln",
    },
}

_KINDS = {
    "string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "null",
    "array": "list", "object": "mapping",
}  # fmt: skip


def type_of(schema: Mapping[str, Any]) -> Type:
    """The type that a property of a schema has."""
    if "enum" in schema:
        return Type(("str",), tuple(schema["enum"]))
    named = schema.get("type", [])
    names = [named] if isinstance(named, str) else named
    item = type_of(schema["items"]) if "items" in schema else None
    return Type(tuple(_KINDS[name] for name in names) or ("any",), item=item)


def schema_at(path: str) -> Mapping[str, Any] | None:
    """What the schema says of a key, by its dotted path; None where it has none."""
    found: Any = SCHEMA
    for segment in re.findall(r"[^.\[\]]+", path):
        found = found.get("items") if segment.isdecimal() else found["properties"].get(segment)
        if found is None:
            return None
        found = {"properties": {}, **found}
    return dict(found)


@dataclass(frozen=True, slots=True)
class Schema:
    """What is known of a version of the kiln."""

    version: str
    revision: int = 1
    packages_revision: int = 1
    provenance: Mapping[str, str] = field(default_factory=dict)

    def recipe_names(self) -> tuple[str, ...]:
        return ("fire",)

    def recipe(self, name: str) -> Recipe | None:
        if name != "fire":
            return None
        needed = SCHEMA["required"]
        keys = {key: RecipeKey(key, key in needed, "", ()) for key in SCHEMA["properties"]}
        return Recipe(name, "kiln", False, tuple(SHIPPED), keys, {})

    def config_names(self) -> tuple[str, ...]:
        return tuple(SHIPPED)

    def config(self, name: str) -> ShippedConfig | None:
        return ShippedConfig(name, ("fire",), dict(SHIPPED[name])) if name in SHIPPED else None

    def component(self, name: str) -> Component | None:
        return None

    def handed_on_to(self, name: str, key: str) -> bool:
        return False

    def present_name(self, name: str) -> str:
        return name

    def key_type(self, path: str) -> Type | None:
        found = schema_at(path)
        return None if found is None else type_of(found)

    def is_made_a_number(self, path: str) -> bool:
        return False

    def takes_loosely(self, path: str) -> str:
        return ""

    def resolvers(self, recipe: str) -> frozenset[str]:
        return frozenset()

    def section_keys(self, path: str) -> tuple[str, ...] | None:
        found = schema_at(path)
        return None if found is None else tuple(found["properties"])

    def key_class(self, path: str) -> str:
        return str((schema_at(path) or {}).get("x-class", "science"))

    def key_reason(self, path: str) -> KeyReason:
        return KeyReason("", frozenset())

    def general_words(self) -> frozenset[str]:
        return frozenset()

    def aliases(self) -> Mapping[str, str]:
        return {"temperature": "heat"}

    def evaluators(self) -> Evaluators:
        return Evaluators()

    def vocabulary(self) -> Vocabulary:
        return Vocabulary.of(SCHEMA["properties"])


@dataclass(frozen=True, slots=True)
class Reads:
    """Who reads what: the schema has a key, or nothing does."""

    def of(self, path: Path) -> tuple[str, ...]:
        return ("the kiln's schema",) if str(path[0]) in SCHEMA["properties"] else ()

    def references(self, path: Path) -> tuple[str, ...]:
        return ()

    def instead(self, path: Path) -> tuple[str, ...]:
        return ()


def _no_recipe(
    name: str, span: Span, known: Knowledge, read: ReadFile
) -> tuple[Recipe | None, list[Diagnostic]] | None:
    return None


def _open(version: str, data: Data, folders: CodeFolders, built_with: int | None) -> Schema:
    return Schema(version)


KILN = Target(
    name="kiln",
    default_version="2",
    versions=lambda _: ("1", "2"),
    open=_open,
    command="kiln fire {config}",
    lister="kiln list",
    example_config="stoneware",
    component=None,
    made_by="",
    write_keys=("save_to",),
    resolver=None,
    read_base=read_base,
    emit=render_member,
    read_recipe=_no_recipe,
    readers=lambda config, name, recipe, known: Reads(),
)
