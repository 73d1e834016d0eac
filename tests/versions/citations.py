"""The places in torchtune's source that entries by hand name, and the versions they are said of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tcwc.torchtune.catalogue.cited import file_of, places
from tests.knowledge.data import DEFAULT, load, path_of, true_in

FILES = ("conditions", "relations", "knowledge", "science", "data", "changes", "training", "kept")


@dataclass(frozen=True)
class Citation:
    """A place in the version `home`, and the versions that its entry is true of."""

    entry: str
    place: str
    home: str
    versions: tuple[str, ...]
    recipes: tuple[str, ...]
    """Recipes, and groups of them, that a condition is about."""

    @property
    def file(self) -> str:
        return file_of(self.place)

    @property
    def line(self) -> int:
        return int(self.place.rpartition(":")[2])


def citations(*, lines_only: bool = True) -> Iterator[Citation]:
    """All of all entries: those with a line, or names and whole files too."""
    for name, entry, form in _forms():
        versions = tuple(v for v in true_in(form) if _says_something(name, form, v))
        home = _home(form)
        recipes = tuple(form["recipes"]) if name == "conditions" else ()
        for place in places(form):
            if ":" in place or not lines_only:
                yield Citation(f"{name}/{entry}", place, home, versions, recipes)


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


def recipes_of(citation: Citation, version: str) -> list[str]:
    """The recipes of a version that the entry of a citation is about; all, if it says all."""
    there = load("recipes", version)
    named = {recipe for each in citation.recipes for recipe in _groups().get(each, [each])}
    return [recipe for recipe in there if "*" in named or recipe in named]


def _groups() -> dict[str, list[str]]:
    text = path_of("conditions").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = json.loads(text)["about"]["groups"]
    return groups


def _says_something(name: str, form: Mapping[str, Any], version: str) -> bool:
    """Whether an entry is about a recipe of a version, or about all."""
    if name != "conditions" or "*" in form["recipes"]:
        return True
    named = {recipe for each in form["recipes"] for recipe in _groups().get(each, [each])}
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
