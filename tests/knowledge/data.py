"""The catalogues' files as plain JSON, and the walks over them that these tests share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tcwc.disk.data import read_schema, schema_names
from tcwc.torchtune.catalogue.files import GENERATED, Files

SCHEMAS = Path(__file__).parents[2] / "schemas"
KNOWLEDGE = SCHEMAS / "knowledge"

DEFAULT = "0.6.1"
"""The version that most of what is known by hand was seen in."""

VERSIONS = tuple(sorted(each.name for each in (SCHEMAS / "torchtune").iterdir()))

Path_ = tuple[str, ...]


def path_of(name: str) -> Path:
    """The path of a file of 0.6.1's catalogue, or of one by hand."""
    folder = SCHEMAS / "torchtune" / DEFAULT if name in GENERATED else KNOWLEDGE
    return folder / f"{name}.json"


@cache
def load(name: str, version: str = DEFAULT) -> dict[str, Any]:
    """Read a file of a version, or what of one by hand is true of it.

    A member that is a text is another name of the member that it names, maybe of a package's.
    """
    files = _files(version)
    content = files.members(name)
    if name in ("knowledge", "data"):
        content = {section: files.true(entries) for section, entries in content.items()}
    known = {**foreign(), **content}
    return {k: known[v] if isinstance(v, str) else v for k, v in content.items()}


@cache
def written(section: str) -> dict[str, list[dict[str, Any]]]:
    """Each entry of a section of knowledge.json, in all its forms, whatever they are true of."""
    content = json.loads(path_of("knowledge").read_text(encoding="utf-8"))[section]
    return {name: entry.get("versions", [entry]) for name, entry in content.items()}


def true_in(form: dict[str, Any]) -> list[str]:
    """The versions that a form of an entry is true of."""
    return [version for version in VERSIONS if _files(version).chosen(form) is not None]


@cache
def _files(version: str) -> Files:
    return Files(version, read_schema, schema_names)


@cache
def foreign() -> dict[str, Any]:
    """Read the members of all packages besides torchtune."""
    files = sorted((SCHEMAS / "foreign").glob("*.json"))
    return {k: v for each in files for k, v in json.loads(each.read_text("utf-8")).items()}


@cache
def components(version: str = DEFAULT) -> dict[str, Any]:
    """Read every component, torchtune's own and others'."""
    return {**foreign(), **load("components", version)}


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


def parameters(component: str, version: str = DEFAULT) -> set[str]:
    """Name what a component accepts, with what its `**kwargs` go to."""
    found = components(version).get(component)
    if found is None:
        return set()
    own = {each["name"] for each in found["parameters"]}
    return own | parameters(found["forwards"], version)


@cache
def paths(version: str = DEFAULT) -> frozenset[Path_]:
    """Every path of a shipped config, of a recipe, or of an argument of a shipped component."""
    found: set[Path_] = set()
    for recipe in load("recipes", version).values():
        found |= {tuple(key.split(".")) for key in recipe["keys"]}
    for config in load("configs", version).values():
        for path, value in entries(config["values"]):
            found.add(path)
            if path[-1] == "_component_":
                found |= {(*path[:-1], name) for name in parameters(value, version)}
    return frozenset(found)
