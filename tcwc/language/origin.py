"""Where an experiment starts from: its torchtune version, base config and recipe."""

from __future__ import annotations

from collections.abc import Callable

from tcwc.language.sections import Sections
from tcwc.model.diagnostics import Diagnostic, add_after, finding, replace_by, reword
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Base
from tcwc.model.rules import (
    BAD_SECTION,
    RECIPE_CHOICE,
    RECIPE_PATH,
    UNCHECKED_RECIPE,
    UNKNOWN_BASE,
    UNREADABLE_FILE,
)
from tcwc.model.source import SourceText, Span
from tcwc.model.words import either, nearest
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.catalogue.model import Recipe
from tcwc.yaml.nodes import ScalarNode

TORCHTUNE = "0.6.1"
"""The version that counts where neither the source nor its mapping names one: a newer catalogue in
a newer tcwc changes nothing for a source that names none."""

ReadFile = Callable[[str], SourceText]
"""Reads a file named in the source, relative to it, under the name that findings are to give it.

Raises OSError, or UnicodeDecodeError.
"""


@dataclass(frozen=True, slots=True)
class ChosenRecipe:
    """The recipe's name, and what the catalogue knows of it: None for a recipe of one's own."""

    name: str
    known: Recipe | None


def choose_torchtune(
    sections: Sections, recorded: str | None, known: tuple[str, ...]
) -> tuple[str, list[Diagnostic]]:
    """The torchtune version whose catalogue counts: named, else recorded, else `TORCHTUNE`."""
    node = sections.texts.get("torchtune")
    if node is None:
        return (recorded if recorded in known else TORCHTUNE), []
    if node.text in known:
        return node.text, []
    problem = finding(
        BAD_SECTION,
        node.span,
        f"tcwc has no catalogue of torchtune {node.text}",
        help=f'it has {", ".join(known)}; write torchtune: "{TORCHTUNE}"',
    )
    return TORCHTUNE, [problem]


def read_origin(
    sections: Sections, catalogue: Catalogue, read: ReadFile
) -> tuple[Base | None, list[Diagnostic]]:
    """The base config, shipped or from a file; None where there is none that can be read."""
    named = sections.texts.get("base_config")
    if named is not None:
        return _shipped(named, sections.keys["base_config"], catalogue, read)
    file = sections.texts.get("base_config_file")
    return _from_file(file, read) if file is not None else (None, [])


def _shipped(
    node: ScalarNode, key: Span, catalogue: Catalogue, read: ReadFile
) -> tuple[Base | None, list[Diagnostic]]:
    config = catalogue.config(node.text)
    if config is not None:
        return Base(node.text, False, config.values, {}, {}), []
    bare = node.text.removesuffix(".yaml")
    fix = None
    if catalogue.config(bare) is not None:
        help = f"write {bare}, without .yaml"
        fix = replace_by(node.span, bare, safe=True)
    elif node.text.endswith((".yaml", ".yml")):
        help = "a file of your own is named by `base_config_file:`"
        there = _is_readable(node.text, read)
        fix = reword(key, "base_config", "base_config_file") if there else None
    else:
        near = nearest(node.text, catalogue.config_names(), 3)
        help = f"did you mean {either(near)}?" if near else "`tune ls` lists the names"
        fix = replace_by(node.span, near[0]) if near else None
    message = f"torchtune {catalogue.version} ships no config `{node.text}`"
    return None, [finding(UNKNOWN_BASE, node.span, message, help=help, fix=fix)]


def _is_readable(name: str, read: ReadFile) -> bool:
    try:
        read(name)
    except (OSError, ValueError):
        return False
    return True


def _from_file(node: ScalarNode, read: ReadFile) -> tuple[Base | None, list[Diagnostic]]:
    try:
        source = read(node.text)
    except (OSError, ValueError) as error:
        return None, [unreadable(node, error)]
    from tcwc.yaml.config import read_base  # costly, and most bases are shipped ones

    document = read_base(source.text, source.name)
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
    known = catalogue.recipe(node.text)
    if known is None:
        return _own_recipe(node, catalogue, read)
    return ChosenRecipe(node.text, known), []


def _own_recipe(
    node: ScalarNode, catalogue: Catalogue, read: ReadFile
) -> tuple[ChosenRecipe, list[Diagnostic]]:
    """A recipe file of the author's: what it reads is told from its text, as for shipped ones.

    `tune run` takes `mine/recipe.py` and `mine/recipe`; `mine.recipe` is read too, and reported.
    """
    from tcwc.torchtune.introspect.recipe_reader import read_recipe  # parses Python: rarely needed

    name = node.text
    file = name if name.endswith(".py") else f"{name if '/' in name else name.replace('.', '/')}.py"
    try:
        text = read(file).text
    except (OSError, ValueError) as error:
        problem = unreadable(node, error) if file == name else _unknown_recipe(node, catalogue)
        return ChosenRecipe(name, None), [problem]
    problems = [] if _runs(name, file) else [_not_for_tune_run(node, file)]
    found = read_recipe(
        text,
        file,
        constants=catalogue.constants(),
        readers=catalogue.readers(),
        modules=catalogue.own_module,
        parents=catalogue.recipe_class,
    )
    if found.error:
        message = f"the recipe cannot be read ({found.error}), so its keys were not checked"
        help = "mend it first: torchtune could not run it either"
        return ChosenRecipe(name, None), [
            *problems,
            finding(UNCHECKED_RECIPE, node.span, message, help=help),
        ]
    recipe = Recipe(name, file, False, (), found.keys, found.instantiates)
    return ChosenRecipe(name, recipe), problems


def _as_module(name: str) -> str:
    """The module that `tune run` takes a recipe's name for (torchtune/_cli/run.py:132)."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.rpartition('.')[0] or last}".replace("/", ".")


def _runs(name: str, file: str) -> bool:
    module = _as_module(name)
    below = not module.startswith((".", "~", "recipes."))
    return below and module.replace(".", "/") + ".py" == file


def _not_for_tune_run(node: ScalarNode, file: str) -> Diagnostic:
    """A recipe file that `tune run` does not find where it is, or not under this name."""
    if node.text.startswith(("/", ".", "~")):
        why = "it makes a module's name of the path, and that takes no folder but those below"
        help = "name a file below the folder of this one, without `./`"
    elif node.text.startswith(("recipes/", "recipes.")):
        why = "torchtune has a package `recipes` itself, which comes first and cannot be imported"
        help = "give the folder another name, such as `my_recipes`"
    else:
        why = f"it drops what follows the last dot and looks for `{_as_module(node.text)}`"
        help = f"write {file}"
    message = f"`tune run {node.text}` cannot find {file}: {why}"
    return finding(RECIPE_PATH, node.span, message, help=help)


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
        fix=add_after(span, f"recipe: {fitting[0]}") if len(fitting) == 1 else None,
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
        fix=replace_by(node.span, near[0]) if near else None,
    )


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(names)
