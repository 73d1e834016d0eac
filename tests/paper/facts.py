"""What is known about torchtune, read from schemas/ as plain JSON."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.knowledge.data import load, path_of

SCHEMAS = Path(__file__).parents[2] / "schemas"
Type = dict[str, Any]
NOTHING: Type = {"kinds": ["any"]}


@cache
def table(name: str) -> dict[str, Any]:
    """A file of the catalogue of torchtune 0.6.1."""
    return load(name)


@cache
def components() -> dict[str, Any]:
    """All components, torchtune's and those of other packages."""
    found = dict(table("components"))
    about = json.loads(path_of("about").read_text("utf-8"))
    for package, version in about["packages"]["1"].items():
        path = SCHEMAS / "foreign" / f"{package}-{version}.json"
        found.update(json.loads(path.read_text("utf-8")))
    return found


def component(name: str) -> dict[str, Any] | None:
    """A component by its name or another name of it; None where it is not known."""
    found = components().get(name)
    while isinstance(found, str):
        found = components().get(found)
    return found


def fits(pattern: str, name: str) -> bool:
    """Whether a dotted name is that of a pattern; a `*` stands for one segment."""
    ours, theirs = pattern.split("."), name.split(".")
    return len(ours) == len(theirs) and all(
        one in ("*", other) for one, other in zip(ours, theirs, strict=True)
    )


def key_type(path: tuple[str | int, ...]) -> Type | None:
    """The type of a key that the recipe reads itself, by the catalogue's own table."""
    name = ".".join(map(str, path))
    for pattern, entry in table("knowledge")["key_types"].items():
        if fits(pattern, name):
            kind: Type = entry["type"]
            return kind
    return None


def whole(path: tuple[str | int, ...], text: str) -> int | None:
    """The whole number that one with a point is, where a key takes that; None for all others."""
    takes = table("knowledge")["loose"].get(".".join(map(str, path)), {}).get("takes")
    plain = re.fullmatch(r"[-+]?(0|[1-9][0-9]*)\.0*", text)
    thousands = re.fullmatch(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}", text)
    counts = takes in ("whole", "number") and plain and not thousands
    return int(float(text)) if counts else None


def parameter(name: str, wanted: str) -> Type | None:
    """The type of a component's parameter, or None where the component takes no such one."""
    for pattern, entry in table("knowledge")["parameter_types"].items():
        hit = pattern == f"*.{wanted}" or fits(pattern, f"{name}.{wanted}")
        if hit and signature_type(name, wanted) is not None:
            kind: Type = entry["type"]
            return kind
    return signature_type(name, wanted)


def signature_type(name: str, wanted: str) -> Type | None:
    """What the signature says, through what `**kwargs` hands on."""
    found = component(name)
    if found is None:
        return NOTHING
    for each in found["parameters"]:
        if each["name"] == wanted:
            kind: Type = each["type"]
            return kind
    if found["forwards"] == "*":
        return NOTHING
    return parameter(found["forwards"], wanted) if found["forwards"] else None


def named(name: str) -> set[str]:
    """The names of a component's own parameters and of those that it hands on."""
    found = component(name)
    if found is None:
        return set()
    own = {each["name"] for each in found["parameters"]}
    given = set(found.get("supplies", {}).get("keywords", ()))
    more = named(found["forwards"]) - given if found["forwards"] not in ("", "*") else set()
    return own | more
