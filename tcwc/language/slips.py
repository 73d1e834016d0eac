"""Slips of typing in a value: look-alike characters, missing commas, glued comments.

Each is found where a value fits nothing, and only if what was surely meant does fit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tcwc.language.values import Mistyped, type_scalar
from tcwc.language.written import readings
from tcwc.model.cut import cut
from tcwc.model.diagnostics import Diagnostic, finding, replace_by
from tcwc.model.frozen import replace
from tcwc.model.limits import GUESSED
from tcwc.model.rules import DECIMAL_COMMA, UNSEEN_CHARACTER
from tcwc.model.source import Span
from tcwc.model.types import Type, describe
from tcwc.yaml.lookalikes import CURLY, meant, named, place, plainly
from tcwc.yaml.lookalikes import unseen as unseen_in
from tcwc.yaml.nodes import Node, ScalarNode

_COMMENT = re.compile(r"(\S+)#(.*)")
_SLASHES = re.compile(r"(\S+)\s+//(?!\s*\d)(.*)")
_DECIMAL = re.compile(r"([-+]?[0-9]+),([0-9]+(?:[eE][-+]?[0-9]+)?)")
_APART = re.compile(r"\s*[;|]\s*|\s+(?:(?:or|and|vs\.?)\s+)?")


def slip(text: str, type_: Type, wrong: Mistyped, *, item: bool) -> Mistyped:
    """Why a plain text does not fit, where a slip is the cause; else what is `wrong` already.

    `item`: it stands in a list, where several values may.
    """
    if len(text) > GUESSED.at_most:
        return wrong
    for explain in (_look_alike, _comment, _several, _decimal):
        found = explain(text, type_, item)
        if found is not None:
            return found
    return wrong if wrong.instead else _written(text, type_, item) or wrong


def unaligned(node: ScalarNode) -> Mistyped | None:
    """Why an item is none that goes on in a line that begins with a dash, which stands deeper."""
    if node.span.line == node.span.end_line or " - " not in node.text:
        return None
    items = " and ".join(f"`- {each.strip()}`" for each in node.text.split(" - "))
    message = "a line that is indented deeper belongs to the item above it"
    return Mistyped(message, f"align the dashes: {items} begin in the same column")


def _look_alike(text: str, type_: Type, item: bool) -> Mistyped | None:
    plain = plainly(text).strip()
    if plain == text:
        return None
    # Curly quotes are typed as quotes: what stands in them is then the value.
    bare = plain[1:-1] if plain[:1] in ("'", '"') and plain[-1:] == plain[:1] else plain
    parts = _parts(bare.replace(",", " "), type_) if item else None
    if parts is None and not _fits(bare, type_):
        return None
    char = text[place(text)]
    instead = ", ".join(parts or [bare])
    looks = "cannot be seen" if meant(char) == "nothing" else f"looks like {meant(char)}"
    return Mistyped(
        f"there is {named(text)} in `{cut(text)}`, which {looks} and is another character",
        f"write {instead}",
        instead=instead,
        surely=True,
    )


def _comment(text: str, type_: Type, item: bool) -> Mistyped | None:
    slashes = _SLASHES.fullmatch(text)
    if slashes is not None and _fits(slashes[1], type_) and not item:
        apart = f"{slashes[1]}  # {slashes[2].strip()}".rstrip()
        message = f"`{cut(text)}` is one value: `//` begins no comment in YAML"
        return Mistyped(message, f"write {apart}", instead=apart, surely=True)
    found = _COMMENT.fullmatch(text)
    if found is None or not _fits(found[1], type_):
        return None
    apart = f"{found[1]}  # {found[2].strip()}".rstrip()
    return Mistyped(
        f"`{cut(text)}` is one word: without a space before it, `#` begins no comment",
        f"write {found[1]}, and the comment after the whole line" if item else f"write {apart}",
        # Inside brackets a comment would hide the rest of the line.
        instead="" if item else apart,
        surely=True,
    )


def _several(text: str, type_: Type, item: bool) -> Mistyped | None:
    parts = _parts(text, type_)
    if parts is None:
        return None
    listed = ", ".join(parts)
    message = f"`{cut(text)}` is one string: values are separated by commas"
    if item:
        # `[1,5e-4 3e-4]` may have a decimal comma before it, and `1 500` may be one number.
        sure = "float" not in type_.kinds
        thousands = re.fullmatch(r"[-+]?[0-9]{1,3}(?: [0-9]{3})+", text)
        # `3 2` may be 32.
        two = len(parts) == 2 and not type_.choices
        instead = "" if thousands or two else listed
        return Mistyped(message, f"write {listed}", instead=instead, surely=sure)
    return Mistyped(
        f"one value is needed here, and `{cut(text)}` is {len(parts)}",
        f"write one of them; what is to be compared stands under `variables:`, as [{listed}]",
    )


def _decimal(text: str, type_: Type, item: bool) -> Mistyped | None:
    found = _DECIMAL.fullmatch(text)
    if found is None or "float" not in type_.kinds or item:
        return None
    number = f"{found[1]}.{found[2]}"
    # 1,000 is a thousand to many.
    if len(found[2]) == 3 and found[1].lstrip("+-") != "0":
        return None
    return Mistyped(
        f"`{text}` is a string: a number has a decimal point, not a comma",
        f"write {number}",
    )


def _written(text: str, type_: Type, item: bool) -> Mistyped | None:
    for each in readings(text):
        if not _fits(each.value, type_):
            continue
        other = each.or_else if _fits(each.or_else, type_) else ""
        help = f"{each.why}: write {each.value}" + (f", or {other}" if other else "")
        message = f"{describe(type_)} is needed here, not `{cut(text)}`"
        sure = each.surely and not item
        return Mistyped(message, help, instead=each.value if sure else "", surely=sure)
    return None


def unseen(text: str, span: Span) -> Diagnostic | None:
    """What is odd about a string that fits: curly quotes around it, or what nobody sees in it."""
    if text[:1] in CURLY and text[-1:] in CURLY and len(text) > 2:
        what = f"there is {named(text)} around this string, which is a part of it"
        straight = "'" + text[1:-1].replace("'", "''") + "'"
        fix = replace_by(span, straight, safe="/" in text)  # else they may be quoted words
        return finding(UNSEEN_CHARACTER, span, what, help=f"write {straight}", fix=fix)
    hidden = unseen_in(text)
    if not hidden:
        return None
    char = text[hidden[0]]
    looks = "looks like a space" if meant(char) == "a space" else "cannot be seen"
    what = f"there is {named(char)} in this string, which {looks}"
    unseen = set(hidden)
    bare = "".join(char for at, char in enumerate(text) if at not in unseen)
    again = f"write {bare[:60]}, typed again" if bare else "type it again"
    return finding(UNSEEN_CHARACTER, span, what, help=again)


def decimals(items: Sequence[Node], type_: Type) -> Diagnostic | None:
    """The finding for `[0,1, 0,2]` where numbers with decimals are wanted: each comma without a
    space behind it is one between digits of a number."""
    if "float" not in type_.kinds or len(items) < 4 or len(items) % 2:
        return None
    texts = [item.text for item in items if isinstance(item, ScalarNode) and not item.quoted]
    if len(texts) != len(items) or not all(re.fullmatch("[0-9]+(?:e-?[0-9]+)?", t) for t in texts):
        return None
    spans = [item.span for item in items]
    gaps = [b.column - a.end_column if a.line == b.line else 9 for a, b in pairwise(spans)]
    if any((gap == 1) == bool(at % 2) for at, gap in enumerate(gaps)):
        return None
    meant = [f"{a}.{b}" for a, b in zip(texts[::2], texts[1::2], strict=True)]
    span = replace(spans[0], end_line=spans[-1].end_line, end_column=spans[-1].end_column)
    message = f"these are {len(texts)} numbers, {', '.join(texts)}: a comma separates, everywhere"
    return finding(DECIMAL_COMMA, span, message, help=f"write {', '.join(meant)}")


def _parts(text: str, type_: Type) -> list[str] | None:
    """The values of a text that is several without commas; None where it is none of the sort."""
    parts = [each for each in _APART.split(text.strip()) if each]
    if len(parts) < 2 or not all(_fits(each, type_) for each in parts):
        return None
    return parts


def _fits(text: str, type_: Type) -> bool:
    """Whether a text is a value that something takes as a number or as one of a few words."""
    if not text or not (type_.choices or {"int", "float", "bool"} & set(type_.kinds)):
        return False
    strict = replace(type_, kinds=tuple(k for k in type_.kinds if k != "null"))
    return not isinstance(type_scalar(text, False, strict), Mistyped)
