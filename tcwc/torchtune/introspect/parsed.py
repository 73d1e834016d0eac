"""Python's own reading of a module's text."""

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
