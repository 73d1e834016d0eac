"""Torchtune's registry of its recipes, read as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

from tcwc.model.frozen import dataclass
from tcwc.torchtune.introspect.parsed import parsed
from tcwc.torchtune.introspect.sources import CONFIGS, Sources
from tcwc.torchtune.keys import REGISTRY

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Registered:
    """A recipe: its name and file, the line that registers it, and its configs as (name, file)."""

    name: str
    file: str
    line: int
    distributed: bool
    configs: tuple[tuple[str, str], ...]


def registry(sources: Sources) -> list[Registered]:
    """The recipes of torchtune/_recipe_registry.py. Raises FileNotFoundError, ValueError.

    One that is no literal there is noted as left out.
    """
    tree = parsed(sources.text(REGISTRY))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    recipes = []
    for call in calls:
        if ast.unparse(call.func) == "Recipe":
            try:
                recipes.append(_registered(call))
            except (KeyError, ValueError, TypeError):
                why = "a recipe that is registered otherwise than as `Recipe(name=..., ...)`"
                sources.leave_out(f"{REGISTRY}:{call.lineno}", why, so="it is left out")
    return recipes


def _registered(call: ast.Call) -> Registered:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    return Registered(
        _literal(given["name"], str),
        "recipes/" + _literal(given["file_path"], str),
        call.lineno,
        _literal(given["supports_distributed"], bool),
        tuple(_configs(given["configs"])),
    )


def _configs(listed: ast.expr) -> Iterator[tuple[str, str]]:
    if not isinstance(listed, ast.List):
        raise TypeError
    for config in listed.elts:
        if not isinstance(config, ast.Call):
            raise TypeError
        values = {keyword.arg: keyword.value for keyword in config.keywords}
        yield _literal(values["name"], str), _literal(values["file_path"], str)


def _literal(node: ast.expr, kind: type[_T]) -> _T:
    value = ast.literal_eval(node)
    if not isinstance(value, kind):
        raise TypeError
    return value


def shipped(sources: Sources, recipe: Registered) -> list[tuple[str, str]]:
    """The registered configs that have a file, by name and file: one of 0.6.1 has none."""
    pairs = ((name, CONFIGS + file) for name, file in recipe.configs)
    return sorted((name, file) for name, file in pairs if sources.read(file) is not None)
