"""A recipe file of the author's own: what it reads is told from its text, as for shipped ones."""

from __future__ import annotations

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.known import Recipe
from tcwc.model.rules import RECIPE_PATH, UNCHECKED_RECIPE
from tcwc.model.source import Span
from tcwc.model.target import ReadFile
from tcwc.model.unreadable import unreadable
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.introspect.recipe_reader import read_recipe

_DISTRIBUTED = ("init_process_group", "RecipeDistributed")
"""What a recipe that wants several processes calls, or the end of the class that it builds on."""


def read_own_recipe(
    name: str, span: Span, catalogue: Catalogue, read: ReadFile
) -> tuple[Recipe | None, list[Diagnostic]] | None:
    """What the recipe of a name reads; None where the name is not that of a file.

    `tune run` takes `mine/recipe.py` and `mine/recipe`; `mine.recipe` is read too, and reported.
    """
    file = name if name.endswith(".py") else f"{name if '/' in name else name.replace('.', '/')}.py"
    try:
        text = read(file).text
    # ValueError: it is no UTF-8. Only a name with `.py` is surely meant as a file.
    except (OSError, ValueError) as error:
        return (None, [unreadable(name, span, error)]) if file == name else None
    problems = [] if _runs(name, file) else [_not_for_tune_run(name, span, file)]
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
        help = "fix it first: torchtune could not run it either"
        return None, [*problems, finding(UNCHECKED_RECIPE, span, message, help=help)]
    is_distributed = any(word in text for word in _DISTRIBUTED)
    return Recipe(name, file, is_distributed, (), found.keys, found.instantiates), problems


def _as_module(name: str) -> str:
    """The module that `tune run` takes a recipe's name for (torchtune/_cli/run.py:132)."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.rpartition('.')[0] or last}".replace("/", ".")


def _runs(name: str, file: str) -> bool:
    module = _as_module(name)
    below = not module.startswith((".", "~", "recipes."))
    return below and module.replace(".", "/") + ".py" == file


def _not_for_tune_run(name: str, span: Span, file: str) -> Diagnostic:
    """A recipe file that `tune run` does not find where it is, or not under this name."""
    if name.startswith(("/", ".", "~")):
        why = "it makes a module's name of the path, and that takes no folder but those below"
        help = "name a file below the folder of this one, without `./`"
    elif name.startswith(("recipes/", "recipes.")):
        why = "torchtune has a package `recipes` itself, which comes first and cannot be imported"
        help = "give the folder another name, such as `my_recipes`"
    else:
        why = f"it drops what follows the last dot and looks for `{_as_module(name)}`"
        help = f"write {file}"
    message = f"`tune run {name}` cannot find {file}: {why}"
    return finding(RECIPE_PATH, span, message, help=help)
