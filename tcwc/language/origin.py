"""Where an experiment starts from: the target's version, base config and recipe."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.language.sections import Sections
from tcwc.model.diagnostics import (
    Diagnostic,
    Edit,
    Fix,
    finding,
    has_errors,
    replace_by,
    reword,
)
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Base
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.rules import (
    RECIPE_CHOICE,
    UNCHECKED_RECIPE,
    UNKNOWN_BASE,
)
from tcwc.model.source import Span
from tcwc.model.target import Document, ReadFile, Target
from tcwc.model.words import either, nearest
from tcwc.yaml.nodes import ScalarNode

_SHOWN = 6
"""Recipes that are listed for a base that fits none of them, or several."""


@dataclass(frozen=True, slots=True)
class ChosenRecipe:
    """The recipe's name, and what the catalogue knows of it: None for a recipe of one's own."""

    name: str
    known: Recipe | None


def read_origin(
    sections: Sections, target: Target, known: Knowledge, read: ReadFile
) -> tuple[Base | None, list[Diagnostic]]:
    """The base config, shipped or from a file; None where there is none that can be read."""
    named = sections.texts.get("base_config")
    if named is not None:
        return _shipped(named, sections.keys["base_config"], target, known, read)
    file = sections.texts.get("base_config_file")
    if file is None:
        return None, []
    base, found = _from_file(file, target, read)
    if base is not None:
        from tcwc.language.no_config import check_base

        found += check_base(base, sections, target, known)
    elif (name := file.text.removeprefix("recipes/configs/").removesuffix(".yaml")) and (
        known.config(name) is not None and not _is_readable(file.text, read)
    ):
        found = [_is_shipped(file, sections.keys["base_config_file"], name, target, known)]
    return (None if has_errors(found) else base), found


def _shipped(
    node: ScalarNode, key: Span, target: Target, known: Knowledge, read: ReadFile
) -> tuple[Base | None, list[Diagnostic]]:
    config = known.config(node.text)
    if config is not None:
        return Base(node.text, False, config.values, {}, {}), []
    from tcwc.language.unknown_config import unknown_config  # for mistakes only

    found = unknown_config(node, target, known)
    if node.text.endswith((".yaml", ".yml")) and not found.fixes:
        help = "a file of your own is named by `base_config_file:`"
        named = reword(key, "base_config", "base_config_file")
        fix = named if _is_readable(node.text, read) else None
        found = finding(UNKNOWN_BASE, node.span, found.message, help=help, fix=fix)
    return None, [found]


def _is_readable(name: str, read: ReadFile) -> bool:
    try:
        read(name)
    except (OSError, ValueError):
        return False
    return True


def _from_file(
    node: ScalarNode, target: Target, read: ReadFile
) -> tuple[Base | None, list[Diagnostic]]:
    try:
        source = read(node.text)
    except (OSError, ValueError) as error:
        from tcwc.model.unreadable import unreadable  # for mistakes only

        return None, [unreadable(node.text, node.span, error)]
    document = target.read_base(source.text, source.name)
    found = list(document.diagnostics)
    if target.resolver is None:
        found += _references(document, target)
    if found and source.is_outside:
        from tcwc.model.unreadable import unfit

        found = [unfit(node.text, node.span, "base config")]
    if found:
        return None, found
    return Base(node.text, True, document.values, document.spans, document.key_spans), []


def _is_shipped(
    node: ScalarNode, key: Span, name: str, target: Target, known: Knowledge
) -> Diagnostic:
    """The finding for a config that ships, and is named as a file of the author's own."""
    edits = (Edit(key, "base_config"), Edit(node.span, name))
    return finding(
        UNKNOWN_BASE,
        node.span,
        f"there is no file {node.text}; `{name}` is a config that {target.name} {known.version} "
        "ships",
        help=f"write `base_config: {name}`",
        fix=Fix(f"write base_config: {name}", edits, safe=True),
    )


def _references(document: Document, target: Target) -> Iterator[Diagnostic]:
    """Texts of a base in which the target would not resolve what their author means it to."""
    from tcwc.config.walk import strings
    from tcwc.language.complaints import uninterpolated

    for path, text in strings(document.values):
        if "${" in text:
            yield uninterpolated(target, text, document.spans[path])


def choose_recipe(
    sections: Sections, base: Base, target: Target, known: Knowledge, read: ReadFile
) -> tuple[ChosenRecipe | None, list[Diagnostic]]:
    """The recipe that the runs are for: given, else the one that the base is registered for."""
    node = sections.texts.get("recipe")
    registered = _registered(base, known)
    if node is None:
        if len(registered) == 1:
            return ChosenRecipe(registered[0], known.recipe(registered[0])), []
        return None, [_ask(sections, base, target, known, registered)]
    recipe = known.recipe(node.text)
    if recipe is None:
        return _own_recipe(node, target, known, read)
    return ChosenRecipe(node.text, recipe), []


def _own_recipe(
    node: ScalarNode, target: Target, known: Knowledge, read: ReadFile
) -> tuple[ChosenRecipe, list[Diagnostic]]:
    """A recipe of the author's own, or none that there is."""
    found = target.read_recipe(node.text, node.span, known, read)
    recipe, problems = found or (None, [_unknown_recipe(node, target, known)])
    return ChosenRecipe(node.text, recipe), problems


def _registered(base: Base, known: Knowledge) -> tuple[str, ...]:
    """The recipes that a base is for; where there is but one in all, that one."""
    if len(known.recipe_names()) == 1:
        return known.recipe_names()
    config = None if base.is_file else known.config(base.name)
    return config.recipes if config else ()


def _ask(
    sections: Sections, base: Base, target: Target, known: Knowledge, registered: tuple[str, ...]
) -> Diagnostic:
    """Asks which recipe is meant; for a file, offers those all of whose keys it has."""
    span = sections.keys["base_config_file" if base.is_file else "base_config"]
    if registered:
        message = f"`{base.name}` is registered for several recipes"
        return finding(RECIPE_CHOICE, span, message, help=f"add `recipe:` with {_or(registered)}")
    from tcwc.language.runnable_by import nearest_recipes, reading_most  # for mistakes only

    # The comment in its head is no help: of 45 such files found in public, 19 name another recipe.
    fitting = reading_most(base.values, known)
    likely = fitting or nearest_recipes(base.values, known)
    return finding(
        RECIPE_CHOICE,
        span,
        f"which recipe runs {base.name} cannot be told from the file",
        help="add `recipe:` with "
        + (
            f"one whose keys it has: {', '.join(fitting[:_SHOWN])}"
            if fitting
            else f"the one that is to run it, such as {_or(tuple(likely[:4]))}"
            if likely
            else f"a name of `{target.lister}`"
        ),
    )


def _unknown_recipe(node: ScalarNode, target: Target, known: Knowledge) -> Diagnostic:
    near = nearest(node.text, known.recipe_names(), known.vocabulary())
    help = f"did you mean {either(near)}?" if near else "for a recipe of your own this is expected"
    local = target.local
    if local is not None and not near and local.name(known.version):
        help += (
            f"; one of your {target.name} is checked once {local.registry} there lists it, and "
            "`tcwc catalog build` has made the catalogue again"
        )
    return finding(
        UNCHECKED_RECIPE,
        node.span,
        f"{target.name} {known.version} has no recipe `{node.text}`, "
        "so which keys are read was not checked",
        help=help,
        fix=replace_by(node.span, near[0]) if len(near) == 1 else None,
    )


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(names)
