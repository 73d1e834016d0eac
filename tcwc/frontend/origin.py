"""Where an experiment starts from: its torchtune version, base config and recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tcwc.catalogue.load import Catalogue
from tcwc.catalogue.model import Recipe
from tcwc.diagnostics import Diagnostic, finding
from tcwc.frontend.nodes import ScalarNode
from tcwc.frontend.sections import Sections
from tcwc.ir import Base
from tcwc.nearest import either, nearest
from tcwc.rules import (
    BAD_SECTION,
    RECIPE_CHOICE,
    UNCHECKED_RECIPE,
    UNKNOWN_BASE,
    UNREADABLE_FILE,
    WRONG_RECIPE,
)

ReadFile = Callable[[str], str]
"""Reads a file named in the source, relative to it. Raises OSError, or UnicodeDecodeError."""


@dataclass(frozen=True, slots=True)
class ChosenRecipe:
    """The recipe's name, and what the catalogue knows of it: None for a recipe of one's own."""

    name: str
    known: Recipe | None


def choose_torchtune(
    sections: Sections, recorded: str | None, known: tuple[str, ...]
) -> tuple[str, list[Diagnostic]]:
    """The torchtune version whose catalogue counts: named, else recorded, else the newest."""
    node = sections.texts.get("torchtune")
    newest = known[-1]
    if node is None:
        return (recorded if recorded in known else newest), []
    if node.text in known:
        return node.text, []
    problem = finding(
        BAD_SECTION,
        node.span,
        f"tcwc has no catalogue of torchtune {node.text}",
        help=f'it has {", ".join(known)}; write torchtune: "{newest}"',
    )
    return newest, [problem]


def read_origin(
    sections: Sections, catalogue: Catalogue, read: ReadFile
) -> tuple[Base | None, list[Diagnostic]]:
    """The base config, shipped or from a file; None where there is none that can be read."""
    named = sections.texts.get("base_config")
    if named is not None:
        return _shipped(named, catalogue)
    file = sections.texts.get("base_config_file")
    return _from_file(file, read) if file is not None else (None, [])


def _shipped(node: ScalarNode, catalogue: Catalogue) -> tuple[Base | None, list[Diagnostic]]:
    config = catalogue.config(node.text)
    if config is not None:
        return Base(node.text, False, config.values, {}, {}), []
    bare = node.text.removesuffix(".yaml")
    if catalogue.config(bare) is not None:
        help = f"write {bare}, without .yaml"
    elif node.text.endswith((".yaml", ".yml")):
        help = "a file of your own is named by `base_config_file:`"
    else:
        near = nearest(node.text, catalogue.config_names(), 3)
        help = f"did you mean {either(near)}?" if near else "`tune ls` lists the names"
    message = f"torchtune {catalogue.version} ships no config `{node.text}`"
    return None, [finding(UNKNOWN_BASE, node.span, message, help=help)]


def _from_file(node: ScalarNode, read: ReadFile) -> tuple[Base | None, list[Diagnostic]]:
    try:
        text = read(node.text)
    except (OSError, ValueError) as error:
        return None, [unreadable(node, error)]
    from tcwc.frontend.base_yaml import read_base  # costly, and most bases are shipped ones

    document = read_base(text, node.text)
    found = list(document.diagnostics)
    if found:
        return None, found
    return Base(node.text, True, document.values, document.spans, document.key_spans), []


def unreadable(node: ScalarNode, error: Exception) -> Diagnostic:
    """The finding for a file named in the source that cannot be read."""
    why = "it is not UTF-8 text" if isinstance(error, ValueError) else "it cannot be read"
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    return finding(
        UNREADABLE_FILE,
        node.span,
        f"cannot read {node.text}: {why}",
        help="save it as UTF-8"
        if isinstance(error, ValueError)
        else "name the file in that folder"
        if isinstance(error, IsADirectoryError)
        else "a path is relative to the folder of this file",
    )


def choose_recipe(
    sections: Sections, base: Base, catalogue: Catalogue, read: ReadFile
) -> tuple[ChosenRecipe | None, list[Diagnostic]]:
    """The recipe that the runs are for: given, else the one that the base is registered for."""
    node = sections.texts.get("recipe")
    registered = _registered(base, catalogue)
    if node is None:
        if len(registered) == 1:
            return ChosenRecipe(registered[0], catalogue.recipe(registered[0])), []
        return None, [_ask(sections, base, catalogue, registered)]
    if node.text.endswith(".py"):
        return _own_recipe(node, catalogue, read)
    known = catalogue.recipe(node.text)
    if known is None:
        return ChosenRecipe(node.text, None), [_unknown_recipe(node, catalogue)]
    if registered and node.text not in registered:
        message = f"`{base.name}` is registered for {_or(registered)}, not for {node.text}"
        help = f"write recipe: {registered[0]}, or remove the line"
        return ChosenRecipe(node.text, known), [
            finding(WRONG_RECIPE, node.span, message, help=help)
        ]
    return ChosenRecipe(node.text, known), []


def _own_recipe(
    node: ScalarNode, catalogue: Catalogue, read: ReadFile
) -> tuple[ChosenRecipe, list[Diagnostic]]:
    """A recipe file of the author's: what it reads is told from its text, as for shipped ones."""
    from tcwc.catalogue.recipe_reader import read_recipe  # parses Python: rarely needed

    try:
        text = read(node.text)
    except (OSError, ValueError) as error:
        return ChosenRecipe(node.text, None), [unreadable(node, error)]
    found = read_recipe(
        text, node.text, constants=catalogue.constants(), readers=catalogue.readers()
    )
    if found.error:
        message = f"the recipe cannot be read ({found.error}), so its keys were not checked"
        help = "mend it first: torchtune could not run it either"
        return ChosenRecipe(node.text, None), [
            finding(UNCHECKED_RECIPE, node.span, message, help=help)
        ]
    recipe = Recipe(node.text, node.text, False, (), found.keys, found.instantiates)
    return ChosenRecipe(node.text, recipe), []


def _registered(base: Base, catalogue: Catalogue) -> tuple[str, ...]:
    config = None if base.is_file else catalogue.config(base.name)
    return config.recipes if config else ()


def _ask(
    sections: Sections, base: Base, catalogue: Catalogue, registered: tuple[str, ...]
) -> Diagnostic:
    """Asks which recipe is meant; for a file, offers those all of whose keys it has."""
    span = sections.keys["base_config_file" if base.is_file else "base_config"]
    if registered:
        message = f"`{base.name}` is registered for several recipes"
        return finding(RECIPE_CHOICE, span, message, help=f"add `recipe:` with {_or(registered)}")
    fitting = [name for name in catalogue.recipe_names() if _fits(base, catalogue.recipe(name))]
    return finding(
        RECIPE_CHOICE,
        span,
        f"which recipe runs {base.name} cannot be told from the file",
        help="add `recipe:` with "
        + (
            f"one whose keys it has: {', '.join(fitting[:6])}" if fitting else "a name of `tune ls`"
        ),
    )


def _fits(base: Base, recipe: Recipe | None) -> bool:
    if recipe is None:
        return False
    required = {key.path.partition(".")[0] for key in recipe.keys.values() if key.required}
    return required <= set(base.values)


def _unknown_recipe(node: ScalarNode, catalogue: Catalogue) -> Diagnostic:
    near = nearest(node.text, catalogue.recipe_names(), cutoff=0.7)
    return finding(
        UNCHECKED_RECIPE,
        node.span,
        f"torchtune {catalogue.version} has no recipe `{node.text}`, "
        "so which keys are read was not checked",
        help=f"did you mean {near[0]}?" if near else "for a recipe of your own this is expected",
    )


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(names)
