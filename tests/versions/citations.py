"""The places in torchtune's source that entries by hand name, and the versions they are said of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.knowledge.data import DEFAULT, load, path_of, true_in

FILES = ("conditions", "relations", "knowledge", "science", "data")

_PLACE = re.compile(r"\b((?:recipes|torchtune)/[\w/]+\.py):(\d+)")
_PLACES = ("at", "seen", "source", "refused_at")
"""The members that say where something was read."""


@dataclass(frozen=True)
class Citation:
    """A line of a file, in the version `home`, and the versions that its entry is true of."""

    entry: str
    file: str
    line: int
    home: str
    versions: tuple[str, ...]


def citations() -> Iterator[Citation]:
    """All that are said of more than one version, or of one."""
    for name, entry, form in _forms():
        versions = tuple(v for v in true_in(form) if _says_something(name, form, v))
        home = _home(form)
        for text in _said(form):
            for found in _PLACE.finditer(text):
                yield Citation(f"{name}/{entry}", found[1], int(found[2]), home, versions)


def _forms() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """File, name and each form of every entry."""
    for name in FILES:
        content = json.loads(path_of(name).read_text(encoding="utf-8"))
        for key, value in content.items():
            if key == "about":
                continue
            for entry, each in _entries(name, key, value):
                forms = each.get("versions", [each]) if isinstance(each, dict) else []
                yield from ((name, entry, form) for form in forms)


def _entries(name: str, key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if name == "knowledge":
        yield from ((f"{key}/{entry}", each) for entry, each in value.items())
    elif isinstance(value, list):
        yield from ((f"{key}/{_called(each)}", each) for each in value)
    else:
        yield key, value


def _called(each: Mapping[str, Any]) -> str:
    """What an entry of a list is about, so that others may come before it."""
    form = each.get("versions", (each,))[0]
    named = (form[key] for key in ("name", "module", "of", "key") if key in form)
    recipes = form.get("recipes", form.get("sections", [""]))
    return " of ".join(filter(None, (next(named, ""), recipes[0])))


def _home(form: Mapping[str, Any]) -> str:
    """The version that its places are of: 0.6.1 if it is true of that."""
    versions = true_in(dict(form))
    if DEFAULT in versions:
        return DEFAULT
    return str(form.get("since", form.get("until")))


def _said(value: Any) -> Iterator[str]:
    """The texts that say where something was read, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _PLACES and not isinstance(inner, dict):
                yield from filter(_is_text, inner if isinstance(inner, list) else [inner])
            else:
                yield from _said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _says_something(name: str, form: Mapping[str, Any], version: str) -> bool:
    """Whether an entry is about a recipe of a version, or about all."""
    if name != "conditions" or "*" in form["recipes"]:
        return True
    groups = json.loads(path_of("conditions").read_text(encoding="utf-8"))["about"]["groups"]
    named = {recipe for each in form["recipes"] for recipe in groups.get(each, [each])}
    return not (named - set(form.get("except", ()))).isdisjoint(load("recipes", version))


def concerns(citation: Citation, version: str) -> bool:
    """Whether a place has to be in a version: not that of a recipe which that has not, nor one
    where a key is read which the version's own catalogue says is read by the same recipe."""
    found = re.fullmatch(r"recipes/(.+)\.py", citation.file)
    if found is None:
        return True
    recipe = load("recipes", version).get(found[1])
    file, _, key = citation.entry.partition("/")
    if recipe is None or file == "conditions":
        return recipe is not None
    return key.removeprefix("classes/").removeprefix("key_types/") not in recipe["keys"]
