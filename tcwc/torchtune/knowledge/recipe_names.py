"""Names of torchtune's own recipes that are written otherwise: with a path, or in part."""

from __future__ import annotations

from tcwc.model.diagnostics import Diagnostic, finding, replace_by
from tcwc.model.rules import UNKNOWN_RECIPE
from tcwc.model.source import Span
from tcwc.model.words import either, is_slip, nearest
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.advice.bases import shortened_recipes

_SHOWN = 4


def misnamed(name: str, span: Span, known: Catalogue) -> Diagnostic | None:
    """The finding for what names a recipe of torchtune, and no file that there is."""
    last = name.rpartition("/")[2].removesuffix(".py")
    if name.startswith(("torchtune.", "recipes.")):
        last = last.rpartition(".")[2]
    if last != name and known.recipe(last) is not None:
        return finding(
            UNKNOWN_RECIPE,
            span,
            f"there is no file {name}, and torchtune's own recipes are named without path and "
            "ending",
            help=f"write `recipe: {last}`",
            fix=replace_by(span, last, safe=True),
        )
    slips = nearest(name, known.recipe_names(), known.vocabulary())
    near = slips if len(slips) == 1 and is_slip(name, slips[0]) else shortened_recipes(name, known)
    if "." in name or "/" in name or not near:
        return None
    return finding(
        UNKNOWN_RECIPE,
        span,
        f"torchtune {known.version} has no recipe `{name}`, and there is no {name}.py",
        help=f"did you mean {either(near[:_SHOWN])}?",
        fix=replace_by(span, near[0]) if len(near) == 1 else None,
    )
