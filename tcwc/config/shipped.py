"""What the configs that ship for a recipe have at a key."""

from __future__ import annotations

from tcwc.config.merge import lookup
from tcwc.model.ir import Value
from tcwc.model.known import Knowledge, Recipe


def values_shipped(known: Knowledge, recipe: Recipe, key: str) -> list[Value]:
    """The values at a dotted key of the configs of a recipe; sections and lists are left out."""
    configs = filter(None, map(known.config, recipe.configs))
    found = [lookup(each.values, tuple(key.split("."))) for each in configs]
    return [value for there, value in found if there and not isinstance(value, (dict, list))]
