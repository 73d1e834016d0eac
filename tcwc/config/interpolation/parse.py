"""Parses `${...}` as OmegaConf does (omegaconf/grammar, releases 2.3 and 2.4).

torchtune pins none of them. Where they differ, the newer one says what is written well, and
`reading` says that nobody knows the value.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tcwc.config.interpolation.refused import Refused, skip
from tcwc.config.interpolation.syntax import (
    OPENING,
    BadInterpolation,
    Computed,
    Interpolation,
    Piece,
    Reference,
    Resolver,
    inside,
)
from tcwc.model.patterns import pattern

_CACHED = 4_096
"""Texts; each run of a large design may have some of its own."""
_MAX_DEPTH = 40
"""`${...}` within `${...}`; Python's stack would end OmegaConf's own reading not far beyond."""

_SELECTING = frozenset(("oc.deprecated", "oc.dict.keys", "oc.dict.values", "oc.select"))
"""The resolvers of OmegaConf whose first argument is a key."""

_KEY = pattern(r"(?:[^\\{}()\[\]:. \t'\"]|\\[\\.\[\]:=])+")
_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_-]*")
_SIMPLE = pattern(r"\$\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\}")


@lru_cache(_CACHED)
def parse(text: str) -> tuple[Piece, ...] | BadInterpolation:
    """The pieces of a text, in order; no literal piece is empty. Raises nothing.

    A text without `${` is one literal piece: backslashes count only where there is one.
    """
    pieces: list[Piece] = []
    literal, at = "", 0
    try:
        while opening := OPENING.search(text, at):
            # Before a `${` each pair of backslashes is one, and an odd one escapes it.
            slashes = len(opening[1])
            literal += text[at : opening.start()] + "\\" * (slashes // 2)
            if slashes % 2:
                literal, at = literal + "${", opening.end()
                continue
            if literal:
                pieces.append(literal)
            made, at = interpolation(text, opening.end() - 2, 0)
            pieces.append(made)
            literal = ""
    except Refused as why:
        return BadInterpolation(why.message, why.help, why.start, why.end)
    literal += text[at:]
    return (*pieces, literal) if literal else tuple(pieces)


def references(text: str) -> Iterator[Reference]:
    """All that a text refers to, in keys and arguments too, and what its resolvers look up."""
    pieces = parse(text)
    for piece in () if isinstance(pieces, BadInterpolation) else pieces:
        for each in () if isinstance(piece, str) else inside(piece):
            yield from (each,) if isinstance(each, Reference) else _selected(each)


def _selected(resolver: Resolver) -> Iterator[Reference]:
    """The reference in the first argument of a resolver that looks a key up, as `${oc.select:a}`.

    OmegaConf takes such a key as that of a `${a}` at the same place.
    """
    if resolver.name in _SELECTING:
        key = resolver.text[2:-1].partition(":")[2].partition(",")[0].strip()
        pieces = parse(f"${{{key}}}")
        if not isinstance(pieces, BadInterpolation):
            yield from (each for each in pieces if isinstance(each, Reference))


def refers(text: str) -> bool:
    """Whether a text holds a `${...}` that is read, well written or not."""
    pieces = parse(text)
    return isinstance(pieces, BadInterpolation) or any(not isinstance(each, str) for each in pieces)


def interpolation(text: str, start: int, depth: int) -> tuple[Interpolation, int]:
    """The `${...}` at a place, and where it ends. Raises Refused."""
    # Nearly every reference is one of these, and is not read key by key.
    simple = _SIMPLE.match(text, start)
    if simple is not None:
        return Reference(simple[0], 0, tuple(simple[1].split("."))), simple.end()
    if depth > _MAX_DEPTH:
        message = "`${...}` within `${...}`, too deep to be read"
        raise Refused(message, "name the key itself", start, len(text))
    at = skip(text, start + 2)
    up = 0
    while text.startswith(".", at):
        up, at = up + 1, at + 1
    keys, at, dotted = _keys(text, start, at, depth)
    at = skip(text, at)
    if text.startswith("}", at):
        return Reference(text[start : at + 1], up, tuple(keys)), at + 1
    if text.startswith(":", at) and not up and dotted and _is_name(keys):
        return _resolver(text, start, at, keys, depth)
    raise _unexpected(text, start, at)


def _keys(text: str, start: int, at: int, depth: int) -> tuple[list[str | Computed], int, bool]:
    """The keys of a path, where it ends, and whether it is written with dots only."""
    keys: list[str | Computed] = []
    dotted = True
    while True:
        bracketed = text.startswith("[", at)
        dotted = dotted and not bracketed
        key, at = _key(text, start, at + bracketed, depth, bracketed=bracketed)
        keys.append(key)
        if bracketed:
            if not text.startswith("]", at):
                raise _unexpected(text, start, at)
            at += 1
        if text.startswith(".", at):
            at += 1
            # OmegaConf refuses a dot before a bracket: `${dataset.[0]}`.
            if text.startswith("[", at):
                raise _unexpected(text, start, at)
        elif not text.startswith("[", at):
            return keys, at, dotted


def _key(
    text: str, start: int, at: int, depth: int, *, bracketed: bool
) -> tuple[str | Computed, int]:
    if text.startswith("${", at):
        inner, at = interpolation(text, at, depth + 1)
        return Computed(inner, bracketed), at
    found = _KEY.match(text, at)
    if found is None:
        raise _unexpected(text, start, at)
    return found[0], found.end()


def _is_name(keys: list[str | Computed]) -> bool:
    return all(isinstance(key, Computed) or _NAME.fullmatch(key) for key in keys)


def _resolver(
    text: str, start: int, colon: int, keys: list[str | Computed], depth: int
) -> tuple[Resolver, int]:
    from tcwc.config.interpolation.arguments import arguments  # few configs have any

    computed = [key.inner for key in keys if isinstance(key, Computed)]
    inner, end = arguments(text, start, skip(text, colon + 1), depth, interpolation)
    name = "" if computed else ".".join(key for key in keys if isinstance(key, str))
    return Resolver(text[start:end], name, (*computed, *inner)), end


def _unexpected(text: str, start: int, at: int) -> Refused:
    """Why a reference goes wrong at a place."""
    if at >= len(text):
        message, help = "this `${` is never closed", "close it: `${output_dir}/logs`"
        return Refused(message, help, start, len(text))
    end = text.find("}", at)
    end = len(text) if end < 0 else end + 1
    shown, character = text[start:end], text[at]
    literal = r"for the characters themselves write `\${`"
    if not shown[2:-1].strip():
        return Refused("`${}` names nothing", f"name a key: ${{output_dir}}; {literal}", start, end)
    if text[at - 1] in " \t" and not text[start + 2 : at].isspace():
        message = f"`{shown}` has a space in the path that it names"
        return Refused(message, f"name one key: ${{model.lora_rank}}; {literal}", start, end)
    message = f"`{shown}` is no reference: `{character}` cannot stand there"
    help = "name one key by its path: ${model.lora_rank}, ${dataset[0].split}"
    return Refused(message, f"{help}; {literal}", start, end)
