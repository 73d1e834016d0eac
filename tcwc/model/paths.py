"""Keys of an experiment as paths, by `grammar/path.lark`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Op, Path

# What nearly every key is. The generated parser says the same of these (a test), but importing it
# costs as much as starting Python.
_USUAL = re.compile(r"([+~=]?)([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*)")


@dataclass(frozen=True, slots=True)
class Key:
    """A parsed key. `added` is true where it was written with `+`."""

    path: Path
    op: Op
    added: bool

    @property
    def is_bare(self) -> bool:
        """One name without an index: a candidate for a short name."""
        return len(self.path) == 1


@dataclass(frozen=True, slots=True)
class BadKey:
    """Why a text is no path, and what to write instead. `offset` is where it goes wrong, from 0."""

    message: str
    help: str
    offset: int


@lru_cache(4_096)  # of keys that authors write there is no end
def parse_key(text: str) -> Key | BadKey:
    """Parse `[op] segment ("." segment | "[" INT "]")*`; raises nothing.

    A path that begins with an index is given back as such: it is one only inside a list.
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        return _key(usual[1], tuple(usual[2].split(".")))
    return parse_by_grammar(text)


def parse_by_grammar(text: str) -> Key | BadKey:
    """The same by the generated parser, whatever the text."""
    generated = _generated()
    try:
        tokens = _parser().parse(text).children
    except generated.UnexpectedInput as error:
        at = getattr(error, "pos_in_stream", None)
        return _bad(text, min(at, len(text)) if isinstance(at, int) and at >= 0 else len(text))
    op = str(tokens[0]) if tokens[0].type == "OPERATOR" else ""
    path = tuple(_segment(token.type, str(token)) for token in tokens[1 if op else 0 :])
    return _key(op, path)


def _key(op: str, path: Path) -> Key:
    return Key(path, Op.SET if op == "+" else Op(op), op == "+")


def _generated() -> Any:
    """The module with the generated parser: untyped, and costly to import."""
    return import_module("tcwc._generated.path_parser")


@cache  # one
def _parser() -> Any:
    return _generated().Lark_StandAlone()


def _segment(kind: str, text: str) -> str | int:
    if kind == "INDEX":
        return int(text) if len(text) <= 9 else 10**9  # beyond any list
    if kind == "QUOTED":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _bad(text: str, offset: int) -> BadKey:
    """Explain why `text` is not a path; `offset` is where the parser stopped."""
    rest = text[offset:]
    if not text.strip():
        return BadKey("an empty key", "name a config key, such as optimizer.lr", 0)
    if rest.startswith("-") and text[:offset].endswith("["):
        return BadKey("an index counts from 0", "count from the front: dataset[0]", offset)
    if rest.startswith("[") and not offset:
        return BadKey("it begins with an index", "name the list first: dataset[0].split", 0)
    if not rest or rest[0] == ".":
        return BadKey(
            "a dot without a name beside it", "write `section.key`, one dot between names", offset
        )
    if rest[0].isspace():
        return BadKey(
            "a space inside a path",
            'remove it, or quote the part of the path that has it: section."my key"',
            offset,
        )
    if rest[0] in "${}":
        return BadKey(
            f"`{rest[0]}` cannot stand in a path",
            "name the key itself; `${...}` is for values",
            offset,
        )
    if rest[0] in "+~=":
        if text[:2] == "++" and (name := text.strip("+")):  # Hydra's
            return BadKey(
                "`++` sets a key or adds it, and here these are two",
                f"write {name} to set a key that is there, +{name} to add one",
                offset,
            )
        return BadKey(
            f"`{rest[0]}` stands only at the very front of a key",
            f"write {rest[0]}{text.replace(rest[0], '')}"
            if text.strip("+~=")
            else f"a key of that name is written '\"{text}\"', in quotes of both kinds",
            offset,
        )
    return BadKey(
        f"`{rest[0]}` cannot stand here in a path",
        'write section.key, list[0].key, or quote an odd name: section."odd.key"',
        offset,
    )
