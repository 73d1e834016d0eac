"""The schema of every experiment with the keys of one base, recipe and their components.

The keys hold as long as the experiment starts from what the schema was made for, and names no
component that was not there then: for anything else the schema says what every experiment is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from tcwc.config.walk import component_sections
from tcwc.language.tree import Tree
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Base, Path, format_path
from tcwc.model.known import Knowledge
from tcwc.report.schema.about import about
from tcwc.report.schema.entries import SchemaKey, entries
from tcwc.report.schema.keys import Keys
from tcwc.report.schema.types import Schema

_OF_KEYS = ("variables", "arms", "zip", "derived", "include", "controls", "engineering")
"""The sections that name keys of a config."""
_WHOLE = {"variables": "variables", "derived": "formulas", "controls": "controls"}
"""Those of which all keys are keys of a config, and what has them."""
_REPLACED = {
    "constants": "constants",
    "levels": "variables",
    "formulas": "formulas",
    "key": "key",
    "config_name": "config",
}
"""What refers to any keys, by what has the known ones."""
_DEPTH = 8
"""Levels of a source in which a component is looked for: of an arm a key stands in the fourth."""
_MOST = 600
"""Keys that an editor is told of: those of shipped configs have at most some 200."""


@dataclass(frozen=True, slots=True)
class SchemaSubject:
    """What a schema is made for. `told` puts stars for what may not be told of a text."""

    base: Base
    recipe: str
    tree: Tree
    told: Callable[[str], str]


def specialised(general: Schema, subject: SchemaSubject) -> Schema:
    """A general schema, for a subject."""
    keys = _keys(subject)
    sections = {name: general["properties"][name] for name in _OF_KEYS}
    heads = {
        name: {"description": each["description"], "type": each.get("type", "object")}
        for name, each in sections.items()
    }
    special = {name: _headless(_known(each)) for name, each in sections.items()}
    special |= {name: {"$ref": f"#/$defs/known_{has}"} for name, has in _WHOLE.items()}
    special["include"] = {"items": {"$ref": "#/$defs/known_row"}}
    return {
        **general,
        "description": f"{general['description']} This one is {_note(subject)}.",
        "properties": {**general["properties"], **heads},
        # Not as `properties`: editors would complete those, and know nothing of what they are.
        "if": {"patternProperties": {**_start(subject), **_foreseen(subject.tree)}},
        "then": {"properties": special},
        "else": {"properties": sections},
        "$defs": {**general["$defs"], **_components(subject), **_definitions(keys, subject)},
    }


def _note(subject: SchemaSubject) -> str:
    target, version = subject.tree.target, subject.tree.catalogue.version
    names = f"{subject.told(subject.base.name)} and {subject.told(subject.recipe)}"
    return f"specialised to {names}, {target.name} {version}"


def _definitions(keys: Keys, subject: SchemaSubject) -> Schema:
    """What the sections refer to, and what that refers to."""
    spellings = keys.spellings()
    recipe = subject.tree.recipe
    configs = recipe.configs if recipe else ()
    made: Schema = {
        "known_constants": keys.constants(),
        "known_controls": keys.controls(),
        "known_when": {"additionalProperties": {"$ref": "#/$defs/known_constants"}},
        "known_variables": keys.variables(),
        "known_formulas": keys.formulas(),
        "known_row": keys.row(),
        "known_config": {"anyOf": [{"enum": [*configs]}, {"type": "string", "minLength": 1}]},
        "known_key": {"anyOf": [{"enum": spellings}, {"$ref": "#/$defs/key"}]},
    }
    return {**made, **keys.definitions}


def _known(value: Any) -> Any:
    """A schema that refers to the known keys instead of to any."""
    if isinstance(value, list):
        return [_known(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _known(each) for key, each in value.items()}
    name = str(made.get("$ref", "")).rpartition("/")[2]
    return {**made, "$ref": f"#/$defs/known_{_REPLACED[name]}"} if name in _REPLACED else made


def _headless(section: Schema) -> Schema:
    """A section without its description, which stands at its head already."""
    return {key: each for key, each in section.items() if key != "description"}


def _start(subject: SchemaSubject) -> Schema:
    """What an experiment has to start from so that the keys are these."""
    target, version = subject.tree.target, subject.tree.catalogue.version
    base = "^base_config_file$" if subject.base.is_file else "^base_config$"
    return {
        base: {"const": subject.told(subject.base.name)},
        "^recipe$": {"const": subject.told(subject.recipe)},
        f"^{target.name}$": {"enum": [version, *target.words_of(version)]},
    }


def _foreseen(tree: Tree) -> Schema:
    """Sections in which no component stands that was not there when the schema was made."""
    if tree.target.component is None:
        return {}
    return {f"^{name}$": {"$ref": f"#/$defs/foreseen{_DEPTH}"} for name in _OF_KEYS}


def _components(subject: SchemaSubject) -> Schema:
    """What `_foreseen` refers to, a definition for each depth: that of items which refers to itself
    is followed without end by yaml-language-server, where it looks for values to offer."""
    tree = subject.tree
    if tree.target.component is None:
        return {}
    there = {subject.told(name) for names in tree.components.values() for name in names}
    at: Schema = {"enum": [*sorted(there), None]}
    listed = {"anyOf": [at, {"type": "array", "items": at}, {"type": "object", **_named(at)}]}
    key = rf"(^|\.){tree.target.component}$"
    made: Schema = {"foreseen0": {}, "foreseen_component": listed}
    for depth in range(_DEPTH):
        below = {"$ref": f"#/$defs/foreseen{depth}"}
        made[f"foreseen{depth + 1}"] = {
            "patternProperties": {key: {"$ref": "#/$defs/foreseen_component"}},
            "additionalProperties": below,
            "items": below,
        }
    return made


def _named(component: Schema) -> Schema:
    """The levels of a component as a specification lists them."""
    listed = {"type": "array", "items": component}
    return {"properties": {"values": listed, "choice": listed}}


def _keys(subject: SchemaSubject) -> Keys:
    """The keys of a subject, with what is said of each: those that may be shown."""
    tree, told = subject.tree, subject.told
    every = entries(tree)
    spelt = ((path, format_path(path)) for path in every)
    open_ones = (path for path, name in spelt if told(name) == name)
    found = {path: every[path] for path in islice(open_ones, _MOST)}
    readers = tree.target.readers(tree.values, subject.recipe, tree.recipe, tree.catalogue)
    said = {path: about(each, readers, tree.catalogue, told) for path, each in found.items()}
    is_open = tree.recipe is None or len(found) < len(every)
    return Keys(found, said, _usual(subject, found), is_open=is_open)


def _usual(subject: SchemaSubject, found: Mapping[Path, SchemaKey]) -> dict[Path, list[str]]:
    """The components that may stand at each section: those of its own first, then those that
    configs have there which ship."""
    tree = subject.tree
    key = tree.target.component
    if key is None:
        return {}
    there = _shipped(key, tree.catalogue)
    return {
        (*path, key): [*dict.fromkeys([*map(subject.told, own), *sorted(there.get(path, ()))])]
        for path, own in tree.components.items()
        if (*path, key) in found
    }


def _shipped(key: str, known: Knowledge) -> dict[Path, set[str]]:
    """The components that stand at each section in the configs that ship."""
    found: dict[Path, set[str]] = {}
    for name in known.config_names():
        config = known.config(name)
        for path, component in component_sections(config.values if config else {}, key):
            if known.component(component) is not None:
                found.setdefault(path, set()).add(component)
    return found
