"""Templates in the texts of an author: `{lora_rank}` is filled in for each run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from tcwc.config.template import BadTemplate, Field, parse_template
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import RUN_NAMES, Path, Template
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.rules import AMBIGUOUS_NAME, BAD_TEMPLATE, WRONG_TYPE
from tcwc.model.source import Span
from tcwc.model.types import Type, describe
from tcwc.model.words import nearest
from tcwc.yaml.nodes import ScalarNode

_OF_RUNS = {
    "name": "experiment_name", "experiment": "experiment_name", "study": "experiment_name",
    "id": "run_id", "run": "run_id", "run_name": "run_id",
    "i": "index", "idx": "index", "number": "index", "run_number": "index",
}  # fmt: skip
"""What people call the parts of a run's name."""

Resolve: TypeAlias = "Callable[[Path, Span], Path | Diagnostic]"
"""What a name at a place stands for, or why it stands for nothing."""


def filled_later(node: ScalarNode, type_: Type, resolve: Resolve) -> str | list[Diagnostic]:
    """A text with braces: a template, or the plain text that it is; what is wrong, where it is bad.

    `{{` and `}}` are literal braces, `${...}` passes untouched.
    """
    pieces = parse_template(node.text)
    if isinstance(pieces, BadTemplate):
        at = part(node, pieces.start, pieces.end)
        return [finding(BAD_TEMPLATE, at, pieces.message, help=pieces.help)]
    fields = [piece for piece in pieces if isinstance(piece, Field)]
    if not fields:
        return "".join(piece for piece in pieces if isinstance(piece, str))
    if not {"str", "any"} & set(type_.kinds):
        message = f"a template gives a string, and {describe(type_)} is needed here"
        help = "compute a number under `derived:`, as in `key: 2 * lora_rank`"
        return [finding(WRONG_TYPE, node.span, message, help=help)]
    names = [(field.name, _named(field, node, resolve)) for field in fields]
    good = {name: path for name, path in names if not isinstance(path, Diagnostic)}
    bad = [found for _, found in names if isinstance(found, Diagnostic)]
    return bad or Template(node.text, good)


def _named(field: Field, node: ScalarNode, resolve: Resolve) -> Path | Diagnostic:
    """What the name in a field stands for; what is wrong, where that is nothing."""
    if field.name in RUN_NAMES:
        return (field.name,)
    span = part(node, field.start, field.end)
    key = parse_key(field.name)
    path = None if isinstance(key, BadKey) else resolve(key.path, span)
    if path is not None and not isinstance(path, Diagnostic):
        return path
    near = _near(field.name, path)
    return finding(
        BAD_TEMPLATE,
        span,
        f"`{{{field.name}}}` is a template, and nothing has that name here",
        help=(near or f"name a variable, a path, {', '.join(RUN_NAMES)}")
        + (" For" if near else "; for")
        + f" the text itself write {{{{{field.name}}}}}",
    )


def _near(name: str, why: Diagnostic | None) -> str:
    """The names that one which stands for nothing is like; "" where there are none."""
    if near := _OF_RUNS.get(name) or next(iter(nearest(name, RUN_NAMES)), ""):
        return f"did you mean `{{{near}}}`?"
    if why is not None and why.rule is AMBIGUOUS_NAME:
        return why.help
    offered = re.match(r"did you mean (.*?)\?", why.help) if why is not None else None
    if offered is None:
        return ""
    braced = re.sub("`([^`]*)`", r"`{\1}`", offered[1])
    return f"did you mean {braced}?"


def part(node: ScalarNode, start: int, end: int) -> Span:
    """Where a part of a scalar's text stands in the source, as exactly as can be said."""
    begin = text_start(node)
    if begin is None:
        return node.span
    line, column = begin
    return Span(node.span.file, line, column + start, line, column + max(end, start + 1))


def text_start(node: ScalarNode) -> tuple[int, int] | None:
    """Line and column at which a scalar's text begins; None where its characters are not those of
    the source one by one (escapes, several lines)."""
    span = node.span
    quotes = 1 if node.quoted else 0
    width = span.end_column - span.column
    same = span.line == span.end_line and width == len(node.text) + 2 * quotes
    return (span.line, span.column + quotes) if same else None
