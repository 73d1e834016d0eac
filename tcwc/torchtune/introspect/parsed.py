"""Python's own reading of a module's text, and of an expression in a string."""

from __future__ import annotations

import ast
import warnings

from tcwc.model.patterns import pattern

_IMPORTED = pattern(r"\b(?:from|import)\b[\w.\s\\]*")
_MOST_DOTS = 100
"""Dots of an imported name. Python's parser keeps each beginning of such a name: a megabyte of `a.`
would take all memory that there is."""


def parsed(text: str) -> ast.Module:
    r"""The tree of a module's text; raises what `ast.parse` does, SyntaxError also for an import of
    a name that is longer than any.

    What Python warns of, such as `"\d"`, is for those who run the module: here it would stand
    among the findings, and where warnings are errors the module would count as broken.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for found in _IMPORTED.finditer(text):
            if found[0].count(".") > _MOST_DOTS:
                line = text.count("\n", 0, found.start()) + 1
                raise SyntaxError("a name with too many dots", ("<unknown>", line, 1, ""))
        return ast.parse(text)


def expression(text: str) -> ast.expr | None:
    """The tree of an expression that stands in a string; None where it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
