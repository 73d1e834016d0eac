"""How deeply a text nests, told before it is parsed: ruamel's time is quadratic in the depth."""

from __future__ import annotations

import re

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.limits import DEPTH
from tcwc.model.patterns import pattern
from tcwc.model.rules import YAML_SYNTAX
from tcwc.model.source import SourceText

MAX_DEPTH = DEPTH.at_most
"""Nesting beyond this is refused: nobody writes it, and readers of YAML recurse."""

_INDENT = pattern(r"^( *)((?:[-?] )*)(?=[^ \n])", re.MULTILINE)
_BRACKET = pattern(
    r"""[][{}]|\s\#.*
    |"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|(?P<open>\\?\Z))|'[^']*(?:'|(?P<left>\Z))""",
    re.VERBOSE,
)


def too_deep(source: SourceText, offset: int) -> Diagnostic:
    return finding(
        YAML_SYNTAX,
        source.span(offset, offset + 1),
        f"nested more than {MAX_DEPTH} levels deep",
        help="an experiment needs a few levels only; look for brackets that are never closed",
    )


def deepest_bracket(text: str) -> int | None:
    """Where brackets nest deeper than is read; those in quotes and comments do not count."""
    depth = at = 0
    while piece := _BRACKET.search(text, at):
        at = piece.end()
        if piece.lastgroup:
            # Nothing ends this quote, so nothing ends a later one: each is looked at once.
            at = piece.start() + 1
            text = text[:at] + text[at:].replace(piece[0][0], "_")
        depth += (piece[0] in "[{") - (piece[0] in "]}")
        if depth > MAX_DEPTH:
            return piece.start()
    return None


def deepest_block(text: str) -> int:
    """Where indentation and dashes nest deeper than is read, near enough to find it."""
    indents: list[int] = []
    for line in _INDENT.finditer(text):
        while indents and indents[-1] >= len(line[1]):
            indents.pop()
        indents.append(len(line[1]))
        if len(indents) + len(line[2]) // 2 > MAX_DEPTH:
            return line.end()
    return 0
