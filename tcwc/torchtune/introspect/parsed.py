"""Python's own reading of a module's text, and of an expression in a string."""

from __future__ import annotations

import ast
import warnings


def parsed(text: str) -> ast.Module:
    r"""The tree of a module's text; raises what `ast.parse` does.

    What Python warns of, such as `"\d"`, is for those who run the module: here it would stand
    among the findings, and where warnings are errors the module would count as broken.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def expression(text: str) -> ast.expr | None:
    """The tree of an expression that stands in a string; None where it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
