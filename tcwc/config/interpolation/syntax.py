"""What a text with `${...}` in it is made of, and how such a text is written again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Value

RESOLVERS = frozenset(
    (
        "oc.create",
        "oc.decode",
        "oc.deprecated",
        "oc.dict.keys",
        "oc.dict.values",
        "oc.env",
        "oc.select",
    )
)
"""The resolvers that OmegaConf registers itself (omegaconf.py, `register_default_resolvers`)."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A key of a reference that another `${...}` gives; `bracketed` is true for `[${...}]`."""

    inner: Reference | Resolver
    bracketed: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """`${a.b[0]}`: the value at a path. `text` is all of it, as written.

    `up` counts the leading dots: 0 from the top, 1 from the section that it stands in, 2 from the
    one around that.
    """

    text: str
    up: int
    keys: tuple[str | Computed, ...]

    @property
    def shown(self) -> str:
        """The path as written, without `${` and `}`."""
        return self.text[2:-1].strip()


@dataclass(frozen=True, slots=True)
class Resolver:
    """`${oc.env:HOME}`: what a function gives when the run starts.

    `name` is "" where another `${...}` gives it; `inner` are those in its name and arguments.
    """

    text: str
    name: str
    inner: tuple[Reference | Resolver, ...]


Interpolation: TypeAlias = "Reference | Resolver"
Piece: TypeAlias = "str | Reference | Resolver"
"""A part of a text: literal characters, as they are meant, or one `${...}`."""


@dataclass(frozen=True, slots=True)
class BadInterpolation:
    """Why OmegaConf refuses a text, what to write instead, and where in the text that is."""

    message: str
    help: str
    start: int
    end: int


OPENING = re.compile(r"(?<!\\)(\\*)\$\{")
"""A `${`, and the backslashes before it."""
_BACKSLASHES = re.compile(r"(?<!\\)\\+\Z")


def written(pieces: Iterable[Piece]) -> str:
    """The text that OmegaConf reads as these pieces: literal `${` and what is before is escaped."""
    text, literal = "", ""
    has_interpolation = False
    for piece in pieces:
        if isinstance(piece, str):
            literal += piece
            continue
        has_interpolation = True
        text += _BACKSLASHES.sub(lambda run: run[0] * 2, escaped(literal)) + piece.text
        literal = ""
    text += escaped(literal)
    # In a text without any `${` OmegaConf leaves backslashes as they are.
    return text if has_interpolation or "${" in text else literal


def escaped(literal: str) -> str:
    """The text that OmegaConf reads as these characters."""
    return OPENING.sub(lambda found: found[1] * 2 + "\\${", literal) if "${" in literal else literal


def literally(value: Value) -> Value:
    """A value as a config has it in which no string is to be read as a reference."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, dict):
        return {key: literally(item) for key, item in value.items()}
    return [literally(item) for item in value] if isinstance(value, list) else value


def inside(piece: Interpolation) -> Iterator[Interpolation]:
    """An interpolation, and those in its keys and arguments."""
    yield piece
    if isinstance(piece, Resolver):
        for each in piece.inner:
            yield from inside(each)
    else:
        for key in piece.keys:
            if isinstance(key, Computed):
                yield from inside(key.inner)
