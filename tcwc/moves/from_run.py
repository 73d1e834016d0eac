"""The settings that take a shipped config to what a run was trained with, for one that goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.config.walk import strings
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.target import Target
from tcwc.moves.directories import OF_RUN
from tcwc.moves.nearest import Nearest, nearest

_OWN = re.compile(rf"{OF_RUN}(?=/|$)")
"""What a build appends to the folders of a run, which it appends again."""


@dataclass(frozen=True, slots=True)
class FromRun:
    """The `values` of a run's config but for its own folders, of which `renewed` are the keys: a
    new run gets others there. The base that is `nearest`, and what is to be set on it."""

    values: dict[str, Value]
    nearest: Nearest
    renewed: tuple[str, ...]


def from_run(
    values: dict[str, Value], known: Knowledge, target: Target, recipe: str, world: int | None
) -> FromRun | None:
    """What takes the nearest shipped config to these values; None where none is near at all.

    `world` is of how many processes the run was, None where nothing says it.
    """
    renewed = [path for path, text in _written(values, target) if _OWN.search(text)]
    bare = _without_own(values, target)
    found = nearest(bare, known, target, recipe)
    if found is None:
        return None
    if not recipe and world is not None:
        found = replace(found, recipe=_fitting(found.recipe, world > 1, known))
    return FromRun(bare, found, tuple(map(format_path, renewed)))


def _fitting(name: str, distributed: bool, known: Knowledge) -> str:
    """A recipe, or the one most like it that is for several processes, or for one."""
    recipe = known.recipe(name)
    if recipe is None or recipe.distributed is distributed:
        return name
    every = (each for each in map(known.recipe, known.recipe_names()) if each is not None)
    others = [each for each in every if each.distributed is distributed]
    far = {each.name: len(recipe.keys.keys() ^ each.keys.keys()) for each in others}
    return min(far, key=lambda each: (far[each], each), default=name)


def _without_own(values: dict[str, Value], target: Target) -> dict[str, Value]:
    return {key: _bare(value, (key,), target) for key, value in values.items()}


def _bare(value: Value, path: Path, target: Target) -> Value:
    if isinstance(value, dict):
        return {key: _bare(each, (*path, key), target) for key, each in value.items()}
    is_written = path[-1] in target.write_keys and isinstance(value, str)
    return _OWN.sub("", value) if is_written and isinstance(value, str) else value


def _written(values: dict[str, Value], target: Target) -> Iterator[tuple[Path, str]]:
    """The folders that a config says it writes to."""
    return ((path, text) for path, text in strings(values) if path[-1] in target.write_keys)
