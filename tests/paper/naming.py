"""What a short name stands for.

The tree is the base with the constants merged, full paths only; where a factor sets a component,
all of its levels count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.paper import facts
from tests.paper.reading import Path
from tests.paper.refusal import Refused


class Scene(NamedTuple):
    """What names are resolved in: the tree, the recipe's keys, components that factors set.

    `gone` are the places where no run has the tree's own component.

    `sure` is the base with what `+` adds: what stands there needs no reader.
    """

    tree: dict[str, Any]
    sure: dict[str, Any]
    recipe: set[str]
    swaps: list[tuple[Path, str]]
    gone: set[Path]


def leaves(value: Any, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each value that is no mapping with keys, with its path; lists are values."""
    if isinstance(value, dict) and (value or not above):
        for key, each in value.items():
            yield from leaves(each, (*above, key))
    else:
        yield above, value


def sections(value: Any, above: Path = ()) -> Iterator[tuple[Path, str]]:
    """Each section that has a component, with its name; also those in lists."""
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from sections(each, (*above, place))
    if isinstance(value, dict):
        if isinstance(value.get("_component_"), str):
            yield above, value["_component_"]
        for key, each in value.items():
            yield from sections(each, (*above, key))


def components(scene: Scene) -> list[tuple[Path, str]]:
    """All components of the tree with the places where they stand."""
    own = [each for each in sections(scene.tree) if each[0] not in scene.gone]
    return [*dict.fromkeys([*own, *scene.swaps])]


def resolve(scene: Scene, path: Path) -> Path:
    """The path that a key means; a path of more than one segment means itself."""
    if len(path) != 1 or isinstance(path[0], int):
        return path
    name = path[0]
    if name in scene.tree or name in scene.recipe:
        return path
    alias = facts.table("aliases").get(name)
    if alias is not None:
        target = tuple(alias["path"].split("."))
        if exists(scene, target):
            return target
    if name in facts.table("knowledge")["general_words"]["words"]:
        raise Refused(f"{name} is too general")
    found = {each for each, _ in leaves(scene.tree) if each[-1] == name}
    if not found:
        found = {(*place, name) for place, each in components(scene) if name in facts.named(each)}
    if len(found) != 1:
        raise Refused(f"{name} stands for {sorted(map(str, found)) or 'nothing'}")
    return found.pop()


def exists(scene: Scene, path: Path) -> bool:
    """Whether a path stands in the tree, or something there reads it."""
    if at(scene.tree, path) is not ABSENT:
        return True
    if len(path) == 1:
        return path[0] in scene.recipe
    here = [each for place, each in components(scene) if place == path[:-1]]
    if here:
        return any(path[-1] in facts.named(each) for each in here)
    return ".".join(map(str, path)) in scene.recipe


def known(scene: Scene, path: Path) -> bool:
    """Whether something may read the path: a recipe, a component, or what stands in the tree."""
    if len(path) == 1:
        return path[0] in scene.recipe or path[0] in scene.sure
    if ".".join(map(str, path)) in scene.recipe:
        return True
    here = [each for place, each in components(scene) if place == path[:-1]]
    if at(scene.sure, path) is not ABSENT and not here:
        return True
    if path[-1] == "_component_" and isinstance(at(scene.sure, path[:-1]), dict):
        return True
    for length in range(len(path) - 1, 0, -1):
        here = [each for place, each in components(scene) if place == path[:length]]
        if here:
            name = path[length]
            return any(facts.parameter(each, str(name)) is not None for each in here)
    return known(scene, path[:1])


class Absent:
    """What stands where nothing stands."""


ABSENT = Absent()


def at(value: Any, path: Path) -> Any:
    """What stands at a path, or ABSENT; a whole number is an index of a list, else a key."""
    for each in path:
        if isinstance(value, dict) and str(each) in value:
            value = value[str(each)]
        elif isinstance(value, list) and isinstance(each, int) and each < len(value):
            value = value[each]
        else:
            return ABSENT
    return value
