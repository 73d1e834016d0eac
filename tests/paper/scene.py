"""What an experiment starts from: its base, its recipe, the tree that names are resolved in."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path as File
from typing import Any

from omegaconf import OmegaConf

from tests.paper import facts, levels
from tests.paper.merging import put
from tests.paper.naming import Scene, leaves
from tests.paper.reading import Path, Word, path_of, read, sets
from tests.paper.references import parts
from tests.paper.refusal import Refused


def scene_of(
    source: dict[str, Any], base: dict[str, Any], recipe: set[str], constants: list[dict[str, Any]]
) -> Scene:
    """What the names of an experiment are resolved in."""
    sure = tree(base, recipe, constants, ("+",))
    for key in set(base) - recipe - read_by_reference(base):
        sure.pop(key, None)
    return Scene(tree(base, recipe, constants), sure, recipe, swaps(source), replaced(source))


def base_of(source: dict[str, Any], folder: File) -> tuple[dict[str, Any], set[str]]:
    """The base's values, and the keys that its recipe reads at the top level."""
    if "base_config" in source:
        entry = facts.table("configs")[source["base_config"].text]
        values, name = deepcopy(entry["values"]), entry["recipes"][0]
    else:
        loaded = OmegaConf.load(folder / source["base_config_file"].text)
        values = OmegaConf.to_container(loaded, resolve=False)
    if "recipe" in source:
        name = source["recipe"].text
    return values, set(facts.table("recipes")[name]["keys"])


def engineering(source: dict[str, Any], folder: File) -> dict[str, Any]:
    if "engineering_file" not in source:
        found: dict[str, Any] = source.get("engineering", {})
        return found
    if "engineering" in source:
        raise Refused("the section and the file")
    return read((folder / source["engineering_file"].text).read_text("utf-8"))


def tree(
    base: dict[str, Any],
    recipe: set[str],
    written: list[dict[str, Any]],
    signs: tuple[str, ...] = ("", "+", "=", "~"),
) -> dict[str, Any]:
    """The base with constants merged, as far as they are full paths; types do not count yet."""
    made = deepcopy(base)
    top = {*base, *recipe}
    for section in written:
        for each in sets(section):
            if each.op not in signs:
                continue
            if each.path[0] not in top and (each.op != "+" or each.plain):
                continue
            value = None if each.op == "~" else rough(each.value)
            try:
                put(made, each._replace(value=value), True)
            except Refused:
                continue
    return made


def rough(value: Any) -> Any:
    """A value before it is typed."""
    if isinstance(value, dict):
        return {path_of(key)[1][-1]: rough(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rough(each) for each in value]
    return None if value == Word("null", False) else value.text


def swaps(source: dict[str, Any]) -> list[tuple[Path, str]]:
    """The components that factors set, with their places."""
    found: list[tuple[Path, str]] = []
    for _, path, value in levels.specified(source.get("variables", {})):
        given = value if isinstance(value, dict) else {"values": value}
        for each in [*given.get("values", []), *given.get("choice", [])]:
            if path[-1] == "_component_" and isinstance(each, Word):
                found.append((path[:-1], each.text))
            found += [(path + inner, name) for inner, name in inside(each)]
    for arm in source.get("arms", {}).values():
        for each in arm.values():
            found += inside(each)
    for each in source.get("controls", {}).get("when", {}).values():
        found += inside(each)
    return found


def replaced(source: dict[str, Any]) -> set[Path]:
    """The places whose component every level of a factor sets, so that no run has the base's."""
    found: set[Path] = set()
    for op, path, value in levels.specified(source.get("variables", {})):
        given = value if isinstance(value, dict) else {"values": value}
        each_sets = [
            {(path + inner) for inner, _ in inside(each)}
            | ({path[:-1]} if path[-1] == "_component_" else set())
            | ({path} if op == "=" else set())
            for each in [*given.get("values", []), *given.get("choice", [])]
        ]
        if each_sets and "when" not in given:
            found |= set.intersection(*each_sets)
    for arm in source.get("arms", {}).values():
        found |= set.intersection(*({place for place, _ in inside(each)} for each in arm.values()))
    return found


def read_by_reference(base: dict[str, Any]) -> set[str]:
    """The top-level keys that some reference of the base reads."""
    texts = [each for _, value in leaves(base) for each in strings(value)]
    inner = [name for text in texts for name in names_in(text)]
    return {name.split(".")[0].split("[")[0] for name in inner}


def names_in(text: str) -> list[str]:
    """What the references of a text name, also those inside others."""
    found = parts(text)
    return found + [name for each in found for name in names_in(each)]


def strings(value: Any) -> list[str]:
    if isinstance(value, list):
        return [each for item in value for each in strings(item)]
    if isinstance(value, dict):
        return [each for item in value.values() for each in strings(item)]
    return [value] if isinstance(value, str) else []


def inside(value: Any) -> list[tuple[Path, str]]:
    """The components in a value of the source."""
    if isinstance(value, list):
        return [
            ((place, *path), name)
            for place, each in enumerate(value)
            for path, name in inside(each)
        ]
    if not isinstance(value, dict):
        return []
    made: dict[str, Any] = {}
    for each in sets(value):
        if isinstance(each.value, dict):
            found = [(each.path + path, name) for path, name in inside(each.value)]
            made.update({str(hash(path)): (path, name) for path, name in found})
    found = [
        (each.path[:-1], each.value.text)
        for each in sets(value)
        if each.path[-1] == "_component_" and isinstance(each.value, Word)
    ]
    return found + list(made.values())
