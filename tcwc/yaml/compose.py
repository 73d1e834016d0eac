"""YAML text to nodes with offsets: what PyYAML's composer gives, aliases and limits included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from strictyaml.ruamel.error import MarkedYAMLError, YAMLError
from strictyaml.ruamel.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from strictyaml.ruamel.reader import ReaderError

from tcwc.model.frozen import dataclass, replace
from tcwc.yaml.scalars import resolve
from tcwc.yaml.stream import EventStream

MAX_DEPTH = 100
MAX_NODES = 10_000
"""What OmegaConf reads at most, aliases expanded."""

_STANDARD_TAG = "tag:yaml.org,2002:"
_SCANNER_BUGS = (
    NotImplementedError,
    AttributeError,
    AssertionError,
    LookupError,
    TypeError,
    ValueError,
    OverflowError,
)
"""What the carried scanner and parser raise besides YAMLError on malformed text."""


@dataclass(frozen=True, slots=True)
class ScalarNode:
    tag: str
    text: str
    plain: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SequenceNode:
    tag: str
    items: list[Node]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MappingNode:
    tag: str
    pairs: list[tuple[Node, Node]]
    start: int
    end: int


Node: TypeAlias = "ScalarNode | SequenceNode | MappingNode"


class Unreadable(Exception):
    """The text is not one YAML document that a config can be: why, and from where to where.

    `context` is what was being read, and where it starts: "while parsing a flow sequence".
    """

    def __init__(
        self, message: str, start: int, end: int, context: tuple[str, int] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.context = context


def compose(text: str) -> Node | None:
    """The root node of a text's only document; None for an empty text. Raises Unreadable."""
    stream = None
    try:
        stream = EventStream(text)
        return _Composer(stream).document()
    except MarkedYAMLError as error:
        raise _unreadable(error) from None
    except ReaderError as error:
        message = f"the character U+{error.character:04X} is not allowed in YAML"
        raise Unreadable(message, error.position, error.position + 1) from None
    except (YAMLError, *_SCANNER_BUGS):
        at = stream.index if stream else 0
        raise Unreadable("no YAML reader could make sense of this", at, at + 1) from None


def _unreadable(error: MarkedYAMLError) -> Unreadable:
    context, context_mark = error.context, error.context_mark
    mark = error.problem_mark or context_mark
    at = mark.index if mark else 0
    message = str(error.problem or context or "not YAML").splitlines()[0]
    if not context or context_mark is None or context_mark.index == at:
        return Unreadable(message, at, at + 1)
    return Unreadable(message, at, at + 1, (context, context_mark.index))


class _Composer:
    """Builds nodes from events. An alias gives the node again, at the place of the alias."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._anchors: dict[str, Node | None] = {}
        self._count = 0

    def document(self) -> Node | None:
        self._stream.get_event()
        if self._stream.check_event(StreamEndEvent):
            return None
        self._stream.get_event()
        root = self._node(0)
        self._stream.get_event()
        if not self._stream.check_event(StreamEndEvent):
            event = self._stream.get_event()
            at = event.start_mark.index
            raise Unreadable("a second document starts here; a config is one", at, at + 3)
        return root

    def _node(self, depth: int) -> Node:
        event = self._stream.get_event()
        if isinstance(event, AliasEvent):
            return self._alias(event)
        start, end = event.start_mark.index, event.end_mark.index
        self._count += 1
        if depth > MAX_DEPTH:
            raise Unreadable(f"nested more than {MAX_DEPTH} levels deep", start, end)
        if self._count > MAX_NODES:
            raise Unreadable(f"more than {MAX_NODES:,} values; OmegaConf reads no more", start, end)
        with self._anchored(event):
            node = self._content(event, start, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _content(self, event: Any, start: int, depth: int) -> Node:
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, SequenceStartEvent):
            items: list[Node] = []
            while not self._stream.check_event(SequenceEndEvent):
                items.append(self._node(depth + 1))
            return SequenceNode(_tag(event, "seq"), items, start, self._end(event, items))
        pairs: list[tuple[Node, Node]] = []
        while not self._stream.check_event(MappingEndEvent):
            key = self._node(depth + 1)
            pairs.append((key, self._node(depth + 1)))
        values = [value for _, value in pairs]
        return MappingNode(_tag(event, "map"), pairs, start, self._end(event, values))

    def _end(self, event: Any, children: list[Node]) -> int:
        """The end of a collection: in block style its last child's, not the next token's."""
        end: int = self._stream.get_event().end_mark.index
        return end if event.flow_style or not children else children[-1].end

    @contextmanager
    def _anchored(self, event: Any) -> Iterator[None]:
        """While a node is open its anchor is known but leads nowhere."""
        anchor = event.anchor
        if anchor in self._anchors:
            start = event.start_mark.index
            raise Unreadable(f"the anchor &{anchor} is there twice", start, start + len(anchor) + 1)
        if anchor is not None:
            self._anchors[anchor] = None
        yield

    def _alias(self, event: Any) -> Node:
        name, start, end = event.anchor, event.start_mark.index, event.end_mark.index
        if name not in self._anchors:
            raise Unreadable(f"*{name} refers to an anchor &{name} that is not above", start, end)
        node = self._anchors[name]
        if node is None:
            raise Unreadable(f"*{name} refers to what it is part of", start, end)
        return replace(node, start=start, end=end)


def _scalar(event: Any) -> ScalarNode:
    plain = event.style in (None, "")
    tag = _tag(event, resolve(event.value) if plain else "str")
    return ScalarNode(tag, event.value, plain, event.start_mark.index, event.end_mark.index)


def _tag(event: Any, default: str) -> str:
    return default if event.tag is None else _short(event.tag)


def _short(tag: str) -> str:
    """A standard tag without its long prefix; another one as `!name`.

    `!` alone stays `!`, which is no value's tag: libyaml and PyYAML differ on what it means.
    """
    return tag[len(_STANDARD_TAG) :] if tag.startswith(_STANDARD_TAG) else "!" + tag.lstrip("!")
