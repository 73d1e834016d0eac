"""Which recipes can run a config, as far as the keys tell that it has."""

from __future__ import annotations

from collections.abc import Iterable

from tcwc.config.walk import leaves
from tcwc.model.ir import format_path
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.values import Value

Values = dict[str, Value]

_MORE, _FORGOTTEN = 2, 2
"""A recipe that reads so many more keys of a config is the one that was meant, though so many that
it needs are not there."""
_LITTLE = 2
"""A recipe that reads less than one in so many of the keys that another reads is not meant."""


def runnable_by(values: Values, known: Knowledge) -> list[Recipe]:
    """The recipes all of whose keys a config has, first those that read most of it, of these the
    one that most shipped configs are for.

    None where one that lacks a key or two reads clearly more: an evaluation without its tasks has
    all that a quantization needs, and is none. Nor is one that reads little beside another: what is
    wrong with a training would be right for it.
    """
    recipes = [each for each in _recipes(known) if len(lacking(values, each)) <= _FORGOTTEN]
    most = max((_read(each, values) for each in recipes), default=0)
    fitting = [each for each in recipes if not lacking(values, each)]
    if all(_read(each, values) <= most - _MORE for each in fitting):
        return []
    fitting = [each for each in fitting if _LITTLE * _read(each, values) >= most]
    return sorted(fitting, key=lambda each: (-_read(each, values), -len(each.configs)))


def reading_most(values: Values, known: Knowledge) -> list[str]:
    """Of the recipes all of whose keys a config has, those that read most of what it has."""
    fitting = [each for each in _recipes(known) if _required(each) <= set(values)]
    most = max((_read(each, values) for each in fitting), default=0)
    return [each.name for each in fitting if _read(each, values) == most]


def nearest_recipes(values: Values, known: Knowledge) -> list[str]:
    """The recipes that read most of what a config has by name, the usual ones first."""
    paths = [path for path, _ in leaves(values)]
    there = {format_path(path[:n]) for path in paths for n in range(1, len(path) + 1)}
    hits = [(each, len(there & each.keys.keys())) for each in _recipes(known)]
    best = max((count for _, count in hits), default=0)
    most = [each for each, count in hits if count == best > 0]
    return [each.name for each in sorted(most, key=lambda each: -len(each.configs))]


def lacking(values: Values, recipe: Recipe) -> list[str]:
    """The top-level keys that a recipe needs and a config has not, sorted."""
    return sorted(_required(recipe) - set(values))


def _recipes(known: Knowledge) -> Iterable[Recipe]:
    return filter(None, map(known.recipe, known.recipe_names()))


def _read(recipe: Recipe, values: Values) -> int:
    """How many of a config's top-level keys a recipe reads."""
    return len({path.partition(".")[0] for path in recipe.keys} & set(values))


def _required(recipe: Recipe) -> set[str]:
    return {key.path.partition(".")[0] for key in recipe.keys.values() if key.required}
