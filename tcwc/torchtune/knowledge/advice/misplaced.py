"""Keys that are right, but in another section, for another recipe or at another level of the
file."""

from __future__ import annotations

from tcwc.language.sections import shapes
from tcwc.model.arguments import reads
from tcwc.model.ir import Path, format_path
from tcwc.model.words import listed
from tcwc.torchtune.knowledge.advice.advice import TOP, VARIABLES, Advice, Line, line
from tcwc.torchtune.knowledge.advice.bases import sibling
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.renaming import rename
from tcwc.torchtune.knowledge.advice.scene import Scene, path_of
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.yaml.nodes import MappingNode

_ALSO_KEYS = frozenset(("output", "limit", "meta", "sample", "samples", "zip"))
"""Sections of an experiment whose names may well be meant as something else: looked for last."""

_SHOWN = 4
"""Recipes that are named of those that read a key."""


def misplaced(asked: Question, scene: Scene) -> Advice | None:
    """Where a word belongs that nothing reads where it stands; None where nothing reads it."""
    for way in (_of_file, of_experiment, _top_level, _short_name, _other_recipe, _likely):
        advice = way(asked, scene)
        if advice is not None:
            return advice
    return None


def _of_file(asked: Question, scene: Scene) -> Advice | None:
    """A key of configs, at the top level of the experiment's file."""
    path = scene.named(asked.word) if not asked.spot.home and not asked.section else None
    if path is None or scene.takes(path) is None:
        return None
    say = f"`{asked.word}` is a key of configs, and no section of an experiment"
    return Advice(say, (line(asked.spot, path, shown(asked.value), own=True),))


def of_experiment(asked: Question, scene: Scene) -> Advice | None:
    """A section of the experiment, among keys of configs."""
    likely = asked.word in _ALSO_KEYS and asked.word != "zip"
    return None if likely else _section(asked, scene)


def _likely(asked: Question, scene: Scene) -> Advice | None:
    """A section of the experiment whose name may be another's, where that is no key."""
    return _section(asked, scene) if asked.word in _ALSO_KEYS else None


def _section(asked: Question, scene: Scene) -> Advice | None:
    word, spot = asked.word, asked.spot
    if word not in shapes(scene.tree.target) or asked.section or not spot.home or spot.in_list:
        return None
    say = f"`{word}` is a section of the experiment and stands at the top level of the file"
    value = asked.value
    if word == "zip" and isinstance(value, MappingNode) and len(value.entries) > 1:
        names = ", ".join(each.key.text for each in value.entries)
        levels = (
            Line(f"{each.key.text}: {shown(each.value)}", VARIABLES) for each in value.entries
        )
        return Advice(say, (*levels, Line(f"zip: [[{names}]]", TOP)), covers=value.span)
    if isinstance(value, MappingNode) and value.entries and word not in _ALSO_KEYS:
        # The section may be there already: each line goes to it.
        lines = [Line(f"{each.key.text}: {shown(each.value)}", word) for each in value.entries]
        return Advice(say, tuple(lines), covers=value.span)
    return Advice(say, (Line(f"{word}: {shown(value)}", TOP),), covers=value.span)


def _top_level(asked: Question, scene: Scene) -> Advice | None:
    """A key of the recipe itself, in a section."""
    recipe, word = scene.recipe, asked.word
    if recipe is None or not asked.section or not reads(recipe, word) or "*" in recipe.keys:
        return None
    say = f"`{word}` is a key of recipe {recipe.name} itself, at the top level of its config"
    return Advice(say, (line(asked.spot, (word,), shown(asked.value), own=True),))


def _short_name(asked: Question, scene: Scene) -> Advice | None:
    """An argument of another component."""
    path = scene.named(asked.word)
    if path is None or path == (*asked.section, asked.word) or scene.takes(path) is None:
        return None
    section = format_path(path[:-1])
    owner = scene.component(section) if section else ""
    who = f"a key of {owner or section}" if section else f"a key of recipe {scene.who}"
    say = f"`{asked.word}` is {who}, `{format_path(path)}`"
    text = shown(asked.value)
    return Advice(
        say,
        (line(asked.spot, path, text, own=True),),
        rename(asked, scene, path, {}) if len(path) > 1 else None,
    )


def _other_recipe(asked: Question, scene: Scene) -> Advice | None:
    """A key that other recipes read."""
    path = (*asked.section, asked.word)
    if scene.recipe is None:
        return None
    if reads(scene.recipe, str(path[0])):
        return None
    if not names_of(scene, path):
        dotted = "." in asked.spot.entry.key.text  # else the section has an answer of its own
        section = path[:1] if dotted and names_of(scene, path[:1]) else ()
        path = section or _below(asked.word, scene)
    there = readers(scene, path) if path else ""
    if not there:
        return None
    key = format_path(path)
    base = sibling(scene.base, names_of(scene, path), scene.known)
    other = f" (`base_config: {base}` is for one of them)" if base else ""
    instead = f"{other}, not by {scene.who}: remove it, or change the recipe"
    if set(names_of(scene, path)) <= scene.known.evaluators().tools.keys():
        instead = (
            f", not by {scene.who}: remove it; what is measured of the weights that runs leave is "
            "said by `evaluate:` at the top level of the experiment"
        )
    return Advice(f"`{key}` is read by {there}{instead}")


def _below(word: str, scene: Scene) -> Path:
    """The one path that ends with a word of those that recipes read; () where there is none."""
    recipes = filter(None, map(scene.known.recipe, scene.known.recipe_names()))
    found = {key for each in recipes for key in each.keys if key.rpartition(".")[2] == word}
    return path_of(found.pop()) if len(found) == 1 else ()


def readers(scene: Scene, path: Path) -> str:
    """The recipes that read a path, in words; "" where none does."""
    names = names_of(scene, path)
    return listed(names, _SHOWN).replace("`", "") if names else ""


def names_of(scene: Scene, path: Path) -> list[str]:
    """The recipes that read a path themselves."""
    names = []
    for name in scene.known.recipe_names():
        recipe = scene.known.recipe(name)
        if recipe is None or "*" in recipe.keys or name == scene.who:
            continue
        if reads(recipe, str(path[0])) if len(path) == 1 else format_path(path) in recipe.keys:
            names.append(name)
    mine = set(scene.who.split("_"))
    alike = {name: len(mine & set(name.split("_"))) for name in names}
    return sorted(names, key=lambda name: (name.startswith("dev/"), -alike[name], name))
