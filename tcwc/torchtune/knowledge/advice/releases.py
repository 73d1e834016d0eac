"""What other releases of torchtune have of a name that this one lacks.

Such a name is right where that release is. So it is told as that, and nothing else is made of it.
"""

from __future__ import annotations

from tcwc.model import rules
from tcwc.model.arguments import arguments, key_type, reads
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import dataclass
from tcwc.model.words import listed, nearest
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.catalogue.releases import Has, since, until, without
from tcwc.torchtune.knowledge.advice.advice import Advice
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.spot import Spot
from tcwc.yaml.nodes import ScalarNode

_KEYS = (rules.UNKNOWN_KEY, rules.UNKNOWN_SECTION, rules.DATASET_ARGUMENT, rules.DEAD_BASE_KEY)
_RECIPES = (rules.UNCHECKED_RECIPE, rules.UNKNOWN_RECIPE)
_COMPONENTS = (rules.UNKNOWN_COMPONENT, rules.UNCHECKED_COMPONENT)
_SHOWN = 4
"""Recipes that are named of those that read a key."""

_OF_LATER = "torchtune main"
"""The source of answers that say what one does without what only a later release has."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that is not known here: what it would be, and whether a release has it."""

    text: str
    what: str
    has: Has
    other: bool = False
    """Whether it is of another recipe in every release."""


def of_release(
    found: Diagnostic, spot: Spot, known: Catalogue, scene: Scene | None
) -> Advice | None:
    """The answer to a name that another release has; None where none has."""
    name = _name(found, spot, scene)
    if name is None or name.has(known):
        return None
    if own := without(known, name.has):
        return _told(name, "in", own, found, known)
    if later := since(known, name.has):
        return _told(name, "since", later, found, known)
    earlier = until(known, name.has)
    return _told(name, "up to", earlier, found, known) if earlier else None


def _told(name: _Name, when: str, version: str, found: Diagnostic, known: Catalogue) -> Advice:
    answer = known.elsewhere(name.text) or {}
    instead = answer["say"] if answer.get("source") == _OF_LATER else ""
    take = "take another" if found.rule is rules.UNKNOWN_BASE else "remove the line"
    return Advice(
        f"`{name.text}` is {name.what} {when} torchtune {version}, and not in {known.version}: "
        + (instead or take)
        + f", or name {version} under `torchtune:` where the runs have it"
        + (", and one of these recipes" if name.other else "")
    )


def _name(found: Diagnostic, spot: Spot, scene: Scene | None) -> _Name | None:
    """What a finding is about, as something that another release may have."""
    value = spot.item or spot.entry.value
    text = value.text if isinstance(value, ScalarNode) else ""
    if found.rule is rules.UNKNOWN_BASE and spot.entry.key.text == "base_config":
        name = text.removeprefix("recipes/configs/").removesuffix(".yaml")
        return _Name(name, "a config", lambda other: other.config(name) is not None)
    if found.rule in _RECIPES:
        return _Name(text, "a recipe", lambda other: other.recipe(text) is not None)
    if found.rule in _COMPONENTS:
        return _Name(text, "a component", lambda other: other.component(text) is not None)
    if scene is None:
        return None
    if found.rule is rules.BAD_CHOICE:
        return _choice(text, spot, scene)
    if found.rule not in _KEYS:
        return None
    of_key = _key(spot, scene)
    if of_key is None and len(spot.path) == 1 and not found.help.startswith("did you mean"):
        return _slip(str(spot.path[0]), scene)
    return of_key


def _choice(text: str, spot: Spot, scene: Scene) -> _Name | None:
    path = scene.meant(spot)
    if path is None:
        return None
    section, key = path[:-1], str(path[-1])
    made_by = scene.component(str(section[0])) if section else ""

    def has(other: Catalogue) -> bool:
        taken = arguments(other, made_by) if made_by else None
        parameter = taken.named.get(key) if taken else None
        type_ = parameter.type if parameter else key_type(other, scene.recipe, path)
        return type_ is not None and text in type_.choices

    return _Name(text, f"a value of `{key}`", has)


def _of_recipes(key: str, scene: Scene) -> _Name | None:
    """A key of the recipe; else one of other recipes that no recipe of this release reads."""
    own, others = scene.who, scene.known.others()
    if any(_reads(each, own, key) for each in others):
        return _Name(key, f"read by recipe {own}", lambda other: _reads(other, own, key))
    if any(_reads(scene.known, each, key) for each in scene.known.recipe_names()):
        return None
    names = [n for each in others for n in each.recipe_names() if _reads(each, n, key)]
    if not names:
        return None
    several = listed(list(dict.fromkeys(names))[:_SHOWN])
    return _Name(
        key,
        f"read by {several}, not by {own},",
        lambda other: any(_reads(other, each, key) for each in names),
        other=True,
    )


def _slip(key: str, scene: Scene) -> _Name | None:
    """What only another release reads, with a slip in it."""
    named = ((each, name) for each in scene.known.others() for name in each.recipe_names())
    recipes = (of.recipe(name) for of, name in named)
    theirs = {key.partition(".")[0] for each in recipes if each for key in each.keys}
    near = nearest(key, theirs, count=1)
    return _of_recipes(near[0], scene) if near else None


def _reads(of: Catalogue, recipe: str, key: str) -> bool:
    """Whether a recipe of a release reads a key, as far as is known."""
    found = of.recipe(recipe)
    return found is not None and "*" not in found.keys and reads(found, key)


def _key(spot: Spot, scene: Scene) -> _Name | None:
    *section, key = map(str, spot.path)
    if not section:
        return _of_recipes(key, scene)
    if scene.recipe is not None and not reads(scene.recipe, section[0]):
        return _of_recipes(section[0], scene)  # all that is in a section that nothing reads
    made_by = scene.component(section[0]) if len(section) == 1 else ""

    def is_taken(other: Catalogue) -> bool:
        taken = arguments(other, made_by) if made_by else None
        return taken is not None and key in taken.named

    return _Name(key, f"an argument of {made_by}", is_taken)
