"""Formulas of the author's among the values of a config, with `${...}` in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcwc.lint.context import Context
from tcwc.model.ir import Path, format_path

if TYPE_CHECKING:
    from tcwc.language.misplaced import Misplaced


def misplaced_at(context: Context, path: Path, text: str) -> Misplaced | None:
    """What to say of a text at a path that computes something from `${...}`; None for others."""
    text = text.strip()
    if "${" not in text or (text.startswith("${") and text.find("}") == len(text) - 1):
        return None
    from tcwc.language.misplaced import misplaced  # rarely needed

    words = (word for word, meant in context.experiment.names.items() if meant == path)
    name = next(words, format_path(path))
    arms = {factor.path for factor in context.experiment.factors if factor.is_arm}

    def means(named: Path) -> bool:
        return len(named) > 1 or named in arms or isinstance(context.resolve(str(named[0])), tuple)

    return misplaced(text, context.wanted(path), name, means)
