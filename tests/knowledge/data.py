"""The catalogue's files as plain JSON, and the walks over them that these tests share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tcwc.torchtune.catalogue.files import GENERATED

SCHEMAS = Path(__file__).parents[2] / "schemas"
TORCHTUNE = SCHEMAS / "torchtune" / "0.6.1"
KNOWLEDGE = SCHEMAS / "knowledge"

Path_ = tuple[str, ...]


def path_of(name: str) -> Path:
    """The path of a file of the catalogue."""
    return (TORCHTUNE if name in GENERATED else KNOWLEDGE) / f"{name}.json"


@cache
def load(name: str) -> dict[str, Any]:
    """Read a file of torchtune 0.6.1's or one by hand, without what it says of itself.

    A member that is a text is another name of the member that it names, maybe of a package's.
    """
    content = json.loads(path_of(name).read_text(encoding="utf-8"))
    known = {**foreign(), **content}
    resolved = {k: known[v] if isinstance(v, str) else v for k, v in content.items()}
    return {key: value for key, value in resolved.items() if not key.startswith("_")}


@cache
def foreign() -> dict[str, Any]:
    """Read the members of all packages besides torchtune."""
    files = sorted((SCHEMAS / "foreign").glob("*.json"))
    return {k: v for each in files for k, v in json.loads(each.read_text("utf-8")).items()}


@cache
def components() -> dict[str, Any]:
    """Read every component, torchtune's own and others'."""
    return {**foreign(), **load("components")}


def entries(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Walk a config: every path with its value, sections and list items included."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from entries(inner, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from entries(inner, (*path, str(index)))


def matches(pattern: str, path: Path_) -> bool:
    """Tell whether a pattern, whose * is any one segment, covers exactly this path."""
    segments = pattern.split(".")
    pairs = zip(segments, path, strict=False)
    return len(segments) == len(path) and all(s in ("*", p) for s, p in pairs)


def parameters(component: str) -> set[str]:
    """Name what a component accepts, with what its `**kwargs` go to."""
    found = components().get(component)
    if found is None:
        return set()
    return {each["name"] for each in found["parameters"]} | parameters(found["forwards"])


@cache
def paths() -> frozenset[Path_]:
    """Every path of a shipped config, of a recipe, or of an argument of a shipped component."""
    found: set[Path_] = set()
    for recipe in load("recipes").values():
        found |= {tuple(key.split(".")) for key in recipe["keys"]}
    for config in load("configs").values():
        for path, value in entries(config["values"]):
            found.add(path)
            if path[-1] == "_component_":
                found |= {(*path[:-1], name) for name in parameters(value)}
    return frozenset(found)
