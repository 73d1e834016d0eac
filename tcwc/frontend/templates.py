"""Braces in the texts of an author: `{name}` is a template, `{{` and `}}` are literal braces."""

from __future__ import annotations

import re

_PIECE = re.compile(r"\$\{|\{\{|\}\}|\{|\}")


def placeholder(text: str) -> str | None:
    """What stands in the first template of a text; None where there is none.

    A template starts at a `{` that no `$` precedes; `${...}` passes untouched.
    """
    if "{" not in text:
        return None
    depth = 0
    for piece in _PIECE.finditer(text):
        mark = piece.group()
        if depth:
            depth += mark.count("{") - mark.count("}")
        elif mark == "${":
            depth = 1
        elif mark == "{":
            return text[piece.end() :].partition("}")[0][:40]
    return None


def unbraced(text: str) -> str:
    """The text with `{{` and `}}` as the single braces that they mean, `${...}` untouched."""
    if "{{" not in text and "}}" not in text:
        return text
    made: list[str] = []
    at = depth = 0
    for piece in _PIECE.finditer(text):
        mark = piece.group()
        made.append(text[at : piece.start()])
        at = piece.end()
        if depth or mark == "${":
            depth += mark.count("{") - mark.count("}")
            made.append(mark)
        else:
            made.append(mark[0])
    return "".join(made) + text[at:]
