"""The nodes that a YAML text is composed to, by offsets, before a dialect makes sense of them."""

from __future__ import annotations

from typing import TypeAlias

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ComposedScalar:
    """A scalar. `style` is its quote, `|` or `>`; empty for a plain one."""

    tag: str
    text: str
    style: str
    start: int
    end: int

    @property
    def plain(self) -> bool:
        return not self.style


@dataclass(frozen=True, slots=True)
class ComposedSequence:
    """A sequence; `flow`: in `[...]`. In block style it ends where its last item does."""

    tag: str
    items: list[Node]
    flow: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ComposedMapping:
    """A mapping; `flow`: in `{...}`. In block style it ends where its last value does."""

    tag: str
    pairs: list[tuple[Node, Node]]
    flow: bool
    start: int
    end: int


Node: TypeAlias = ComposedScalar | ComposedSequence | ComposedMapping


class Unreadable(Exception):
    """The text is not one YAML document that its dialect can be: why, and from where to where.

    `context` is what was being read, and where it starts: "while parsing a flow sequence".
    `opened` is where the document begins that another one follows.
    """

    def __init__(
        self,
        message: str,
        start: int,
        end: int,
        context: tuple[str, int] | None = None,
        opened: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.context = context
        self.opened = opened


class TooMuch(Unreadable):
    """The text has more keys and values than are read."""
