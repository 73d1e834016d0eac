"""The config that ships with a target to which one of an author's own is nearest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Knowledge, Recipe, ShippedConfig
from tcwc.model.target import Target
from tcwc.moves.steps import Setting, same, steps

_COMPONENT, _VALUE, _ABSENT, _PLACE = 6, 2, 1, 1
"""What a difference weighs: another component, another value, a key that is left out, another
place of data or weights, which everybody has."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A shipped config, what runs it, and what takes it to the config in question.

    `recipe` is "" where the config is registered for none. `shared` is the part of what either says
    that both say alike, from 0 to 1.
    """

    name: str
    recipe: str
    settings: tuple[Setting, ...]
    shared: float

    @property
    def count(self) -> int:
        """How many values differ."""
        return len(self.settings)


def nearest(
    values: dict[str, Value], known: Knowledge, target: Target, recipe: str = ""
) -> Nearest | None:
    """The shipped config that needs the least changed to be a config of these values.

    Those that are registered for a recipe, where it is named and there are some. None where the
    target ships no config, or none that has anything in common.
    """
    mine = _leaves(values)
    weights = {path: _weight(path, known, target) for path in mine}
    ranked = [
        (_far(mine, _leaves(config.values), weights), _rank(config, known), config)
        for config in _candidates(known, recipe)
    ]
    if not ranked:
        return None
    _, _, best = min(ranked, key=lambda each: each[:2])
    shared = _shared(mine, _leaves(best.values))
    if not shared:
        return None
    chosen = recipe or _recipe(values, best.recipes, known)
    settings = steps(best.values, values, target.component)
    return Nearest(best.name, chosen, tuple(settings), shared)


def _candidates(known: Knowledge, recipe: str) -> list[ShippedConfig]:
    every = [each for each in map(known.config, known.config_names()) if each is not None]
    return [each for each in every if recipe in each.recipes] or every


def _rank(config: ShippedConfig, known: Knowledge) -> tuple[bool, bool, int, str]:
    """Of equals, one that a recipe runs goes first, then one for a single process."""
    recipes = [each for each in map(known.recipe, config.recipes) if each is not None]
    is_distributed = all(each.distributed for each in recipes)
    return not config.recipes, is_distributed, len(config.name), config.name


_Leaves = dict[Path, Value]


def _leaves(values: dict[str, Value]) -> _Leaves:
    return dict(_below(values, ()))


def _below(value: Value, path: Path) -> Iterator[tuple[Path, Value]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _below(item, (*path, key))
    else:
        yield path, value


def _far(mine: _Leaves, base: _Leaves, weights: dict[Path, int]) -> int:
    """How much of a base is to be changed."""
    far = sum(_ABSENT for path in base if path not in mine)
    for path, value in mine.items():
        if path in base and (same(base[path], value) or _is_below(value, base[path])):
            continue
        far += weights[path]
    return far


def _weight(path: Path, known: Knowledge, target: Target) -> int:
    if path[-1] == target.component:
        return _COMPONENT
    return _PLACE if known.key_class(format_path(path)) == "location" else _VALUE


def _is_below(value: Value, folder: Value) -> bool:
    """Whether a directory is in another one."""
    both = isinstance(value, str) and isinstance(folder, str)
    return both and "/" in str(folder) and str(value).startswith(f"{folder}/")


def _shared(mine: _Leaves, base: _Leaves) -> float:
    alike = sum(path in base and same(base[path], value) for path, value in mine.items())
    return alike / max(len(mine), len(base), 1)


def _recipe(values: dict[str, Value], names: Sequence[str], known: Knowledge) -> str:
    """Of the recipes of a base, the one that reads the most of what a config says."""
    recipes = [each for each in map(known.recipe, names) if each is not None]
    if not recipes:
        return names[0] if names else ""
    return min(recipes, key=lambda each: (_missing(values, each), _unread(values, each))).name


def _missing(values: dict[str, Value], recipe: Recipe) -> int:
    needed = (key.path for key in recipe.keys.values() if key.required)
    return sum("." not in path and path not in values for path in needed)


def _unread(values: dict[str, Value], recipe: Recipe) -> int:
    read = {path.partition(".")[0] for path in recipe.keys}
    return sum(key not in read for key in values)
