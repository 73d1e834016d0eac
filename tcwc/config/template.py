"""Templates in the texts of an author: `{name}` and `{name:03d}`.

`{{` and `}}` are literal braces, and so are a `}` alone and braces that can name no key: `{}`,
`{0}` and `{:05d}` are Python's and torchtune's own (`model-{}-of-{}.safetensors`), `{1,3}` is a
regular expression's, `{%` and `{#` are Jinja's. A template starts at any other
`{` that no `$` precedes: `${...}` passes untouched, with the braces in it. A name is a path of
grammar/path.lark, in which a segment with `:` or `!` is quoted. A format is one for numbers; it
is all that Python's formatting ever sees of what an author wrote.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from tcwc.config.canonical import scalar_json
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Scalar
from tcwc.model.patterns import pattern

_MARK = pattern(r"\$\{|\{\{|\}\}|\{")
_BRACE = pattern(r"[{}]")
_SEGMENT = (
    r"(?:[^\s.,:\[\]{}\"'+~=$#&*!|>%@`\\][^\s.:!\[\]{}\"$]*"  # NAME, without `:` and `!`
    r'|"(?:[^"\\]|\\["\\])*")'  # QUOTED
)
_NAME = rf"{_SEGMENT}(?:\.{_SEGMENT}|\[[0-9]+\])*"
_FIELD = pattern(rf"\{{({_NAME})(?::([^{{}}]*))?\}}")
_NAMELESS = pattern(r"\{(?:\s*|[0-9]*(?:[:,.!][^{}]*)?)\}|\{[%#]")
"""Braces that are no template: what could name a key is not in them."""
_PADDED = pattern(rf"\s*({_NAME})\s*")
_SPEC = pattern(r"(0?(?:[1-9][0-9]*)?),?(?:\.([0-9]+))?([deEfFgG%]?)")
# A width is memory: `{lora_rank:999999999d}` would be a text of a gigabyte.
_MAX_WIDTH = 64
_MAX_PRECISION = 30
_LITERAL = "; braces that are meant as such are written twice: {{ }}"


@dataclass(frozen=True, slots=True)
class Field:
    """A template in a text: the path that it names, the format of its number ("" for none), and
    where it stands, from its `{` to behind its `}`."""

    name: str
    spec: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BadTemplate:
    """Why a text is no template, what to write instead, and where in the text that is."""

    message: str
    help: str
    start: int
    end: int


@lru_cache(32)  # each run fills the same few in
def parse_template(text: str) -> tuple[str | Field, ...] | BadTemplate:
    """The pieces of a text, in order: literal ones as they are meant, and fields.

    Joined again, the literal pieces of a text without fields are what it means. No piece is
    empty. Raises nothing.
    """
    pieces: list[str | Field] = []
    literal: list[str] = []
    at = 0
    while mark := _MARK.search(text, at):
        literal.append(text[at : mark.start()])
        at = mark.end()
        if mark[0] == "${":
            at = _behind_interpolation(text, mark.start())
            literal.append(text[mark.start() : at])
        elif mark[0] != "{":
            literal.append(mark[0][0])
        elif nameless := _NAMELESS.match(text, mark.start()):
            literal.append(nameless[0])
            at = nameless.end()
        else:
            field = _field(text, mark.start())
            if isinstance(field, BadTemplate):
                return field
            pieces += [*_joined(literal), field]
            literal, at = [], field.end
    return (*pieces, *_joined([*literal, text[at:]]))


def format_value(value: Scalar, spec: str) -> str | None:
    """A value as it is inserted into a text; None where the format does not fit it.

    Without a format: texts as they are, numbers, booleans and null as configs have them. `spec`
    is that of a `Field`. Raises ValueError for nan, which no config holds.
    """
    if not spec:
        return value if isinstance(value, str) else scalar_json(value)
    # Python would format true as the number 1.
    if isinstance(value, (bool, str)) or value is None or _bad_spec("", spec):
        return None
    try:
        return format(value, spec)
    except (ValueError, OverflowError):  # `d` of a float, `.2` of an int, `f` of a huge one
        return None


def file_name(text: str) -> str:
    """A text as a part of a directory's name: no separators, not hidden, not `..`."""
    flat = re.sub(r"[/\\\0]", "_", text)
    return "_" + flat[1:] if flat.startswith(".") else flat


def _behind_interpolation(text: str, start: int) -> int:
    """Where the `${...}` at `start` ends; at the end of the text where it is not closed."""
    from tcwc.config.interpolation.parse import interpolation
    from tcwc.config.interpolation.refused import Refused

    with suppress(Refused):
        return interpolation(text, start, 0)[1]
    depth = 0
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.end()
    return len(text)


def _joined(literal: list[str]) -> list[str]:
    """The parts of a literal as one piece, or none."""
    text = "".join(literal)
    return [text] if text else []


def _field(text: str, start: int) -> Field | BadTemplate:
    """The field that begins at a `{`."""
    found = _FIELD.match(text, start)
    if found is None:
        return _no_field(text, start)
    name, spec = found[1], found[2]
    problem = None if spec is None else _bad_spec(name, spec)
    if problem is not None:
        return BadTemplate(problem[0], problem[1] + _LITERAL, start, found.end())
    return Field(name, spec or "", start, found.end())


def _bad_spec(name: str, spec: str) -> tuple[str, str] | None:
    """Why a format is none, and what to write instead."""
    name, shown = _shown(name), _shown(spec)
    found = _SPEC.fullmatch(spec)
    if not spec or (found is None and _SPEC.fullmatch(spec.strip())):
        wrong = "spaces stand around the format" if spec else "a format is missing"
        return f"{wrong} of `{{{name}}}`", f"write {{{name}{shown and ':' + shown}}}"
    if found is None:
        help = f"write {{{name}}}, or a number format: {{{name}:03d}}, {{{name}:.2e}}"
        return f"`{shown}` is no number format that is read here", help
    width, precision, kind = found.groups()
    if kind == "d" and precision is not None:
        return (
            f"`{shown}` asks for decimals of a whole number",
            f"write {{{name}:{_shown(width)}d}}",
        )
    if _beyond(width, _MAX_WIDTH) or _beyond(precision, _MAX_PRECISION):
        limits = f"{_MAX_WIDTH} characters, {_MAX_PRECISION} decimals"
        return f"the format `{shown}` is wider than is read here", f"write at most {limits}"
    return None


def _beyond(digits: str | None, most: int) -> bool:
    bare = (digits or "").lstrip("0")
    # int() refuses more than 4,300 digits (ValueError), so their number is looked at first.
    return len(bare) > 3 or int(bare or 0) > most


def _no_field(text: str, start: int) -> BadTemplate:
    """Why no field begins at a `{`."""
    end = text.find("}", start)
    if end < 0:
        help = "close it: {lora_rank}" + _LITERAL
        return BadTemplate("this `{` is never closed", help, start, start + 1)
    inner = text[start + 1 : end]
    message, help = _no_name(inner)
    return BadTemplate(message, help + _LITERAL, start, end + 1)


def _no_name(inner: str) -> tuple[str, str]:
    """Why what stands between braces names nothing, and what to write instead."""
    shown = _shown(inner)
    name, _, spec = inner.partition(":")
    padded = _PADDED.fullmatch(name)
    if padded and name != name.strip():
        fine = _shown(padded[1]) + (":" + _shown(spec) if spec else "")
        return f"spaces stand around the name in `{{{shown}}}`", f"write {{{fine}}}"
    if "!" in inner:
        message = f"`{{{shown}}}` asks for a conversion, and there is none here"
        return message, f"write {{{_shown(inner.partition('!')[0])}}}"
    help = 'name a key: {optimizer.lr}, {dataset[0].split}, {tokenizer."odd.key"}'
    return f"`{{{shown}}}` is a template, and `{shown}` is no path", help


def _shown(text: str) -> str:
    return cut(" ".join(text[:100].split()))
