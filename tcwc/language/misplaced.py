"""Formulas where values stand: `lora_alpha: 2 * lora_rank` under `controls` or `variables`."""

from __future__ import annotations

import re
from collections.abc import Callable

from tcwc.config.canonical import flow
from tcwc.expressions.evaluate import Result, evaluate
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression, Binary, Call, Expression, Name, Unary, walk
from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.model.types import Type, describe

_BRACED = re.compile(r"\$?\{(?:eval:)?([^{}]*)\}")
_OTHERS = {" x ": " * ", "^": "**", "×": "*", "·": "*", "÷": "/", "\N{MINUS SIGN}": "-"}
"""What stands for an operator in other languages, and on paper."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A formula where a value is needed: what is wrong, and what to do."""

    message: str
    help: str


def misplaced(
    text: str, wanted: Type, name: str, means: Callable[[Path], bool]
) -> Misplaced | None:
    """What to say of a text at the key `name` that is a formula, where a number is wanted.

    `means` says of a name whether it stands for something. None for any other text.
    """
    # A text may be meant as one wherever one is taken.
    if {"str", "any"} & set(wanted.kinds) or not {"int", "float"} & set(wanted.kinds):
        return None
    formula = as_formula(text)
    parsed = parse(formula) if formula else None
    if parsed is None or isinstance(parsed, BadExpression) or not _is_formula(parsed, means):
        return None
    what = _what(text, parsed)
    needed = f"`{name}`: {describe(wanted)} is needed here, and `{cut(text)}` is {what}"
    if not parsed.names:
        return _computed(parsed, wanted, needed)
    return Misplaced(
        needed,
        "what is computed in each run has a section of its own: "
        f"write `{name}: {formula}` under `derived:`, not here",
    )


def _what(text: str, parsed: Expression) -> str:
    """What such a text is, in words."""
    if not isinstance(parsed.root, Name):
        return "a formula"
    named = "{" not in text or "${" in text
    return "the name of a key" if named else "a template, which gives a string"


def as_formula(text: str) -> str:
    """A text as a formula: names without braces, operators as they are written here."""
    made = text.strip().removeprefix("=")
    while (bare := _BRACED.sub(lambda found: found[1].strip(" \"'"), made)) != made:
        made = bare
    for other, ours in _OTHERS.items():
        made = made.replace(other, ours)
    return " ".join(made.split())


def _is_formula(parsed: Expression, means: Callable[[Path], bool]) -> bool:
    """Whether a text that parses is a formula: it computes something, or it names a key."""
    computes = isinstance(parsed.root, (Binary, Call)) or (
        isinstance(parsed.root, Unary) and bool(parsed.names)
    )
    if isinstance(parsed.root, Name):
        return means(parsed.root.path)
    # `3-5` and `1/2/4` are levels or shares at least as often as they are sums.
    plain = bool(parsed.names) or _product(parsed)
    return computes and plain and (not parsed.names or any(map(means, parsed.names)))


def _product(parsed: Expression) -> bool:
    binary = [part for part in walk(parsed.root) if isinstance(part, Binary)]
    return bool(binary) and all(part.operator in ("*", "**") for part in binary)


def _computed(parsed: Expression, wanted: Type, needed: str) -> Misplaced | None:
    """A formula of numbers alone: the number that it comes to."""
    result = evaluate(parsed, lambda _: (False, None))
    number = flow(result.value) if isinstance(result, Result) else ""
    if not number or isinstance(type_scalar(number, False, wanted), Mistyped):
        return None
    return Misplaced(needed, f"nothing is computed here: write {number}")
