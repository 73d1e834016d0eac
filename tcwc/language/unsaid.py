"""What is said of a config where nobody says which recipe runs it."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.language.alone import RECIPE
from tcwc.language.runnable_by import Values, lacking, nearest_recipes
from tcwc.model.diagnostics import Diagnostic, Severity, finding
from tcwc.model.frozen import replace
from tcwc.model.known import Knowledge
from tcwc.model.rules import RECIPE_CHOICE
from tcwc.model.source import Span
from tcwc.model.target import Target
from tcwc.model.words import listed

_SHOWN = 3
"""Recipes that are listed for a config that several can run."""
_OWN = "my_recipe.py"


def unsaid(
    fitting: Sequence[str], values: Values, known: Knowledge, target: Target, at: Span
) -> Diagnostic:
    """For which recipes a config is checked, and how to say which one runs it."""
    if not fitting:
        return _fits_none(values, known, target, at)
    names = listed(fitting, _SHOWN)
    said = f"no recipe is named to run this config: it is checked for {names}"
    if len(fitting) == 1:
        said += ", the only one that may"
    else:
        said += ", which may, and what is wrong for each of them is reported"
    return replace(finding(RECIPE_CHOICE, at, said, help=_how(fitting[0])), severity=Severity.INFO)


def _how(recipe: str) -> str:
    return (
        f"name it: the comment `# tcwc: {RECIPE} {recipe}` in the file, `--recipe {recipe}`, or "
        f'in the settings, under `[tool.tcwc.recipes]`, `"FOLDER/*" = "{recipe}"`'
        + (f"; for a recipe of your own its file, `{_OWN}`" if recipe != _OWN else "")
    )


def _fits_none(values: Values, known: Knowledge, target: Target, at: Span) -> Diagnostic:
    near = nearest_recipes(values, known)[:1]
    said = f"no recipe of {target.name} {known.version} finds here all keys that it needs"
    for recipe in filter(None, map(known.recipe, near)):
        said += f" ({recipe.name}, the nearest, has no {listed(lacking(values, recipe))})"
    said += ", so which keys are read was not checked"
    help = _how(near[0] if near else _OWN)
    return replace(finding(RECIPE_CHOICE, at, said, help=help), severity=Severity.WARNING)
