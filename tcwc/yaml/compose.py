"""YAML events to nodes with offsets: what PyYAML's composer gives, aliases and limits included.

The one composer. What an event is, and what a plain scalar means, is the dialect's: stream.py for
configs, experiment_stream.py for experiments.
"""

from __future__ import annotations

from typing import Any, Protocol

from strictyaml.ruamel.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from tcwc.model.frozen import dataclass, replace
from tcwc.yaml.composed import (
    ComposedMapping,
    ComposedScalar,
    ComposedSequence,
    Node,
    TooMuch,
    Unreadable,
)

_STANDARD_TAG = "tag:yaml.org,2002:"
_UNSAID = "!"
"""A tag that says that there is none. libyaml and PyYAML differ on it where no value follows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader reads at most, aliases not expanded, and why no more nodes."""

    depth: int | None
    nodes: int
    why: str


class Stream(Protocol):
    """The events of a text in a dialect, with its `limits`."""

    limits: Limits

    def get_event(self) -> Any: ...

    def plain_tag(self, text: str, /) -> str:
        """The tag of a plain scalar that has none of its own, in short."""


def compose(stream: Stream) -> Node | None:
    """The root node of a text's only document; None for an empty text.

    Raises Unreadable, and whatever the scanner and the parser raise.
    """
    return _Composer(stream).document()


class _Composer:
    """Builds nodes from events. An alias gives the node again, at the place of the alias."""

    def __init__(self, stream: Stream) -> None:
        self._next = stream.get_event
        self._plain_tag = stream.plain_tag
        self._limits = stream.limits
        self._anchors: dict[str, Node | None] = {}
        self._count = 0

    def document(self) -> Node | None:
        self._next()  # the stream's start
        if isinstance(self._next(), StreamEndEvent):
            return None
        root = self._node(self._next(), 0)
        self._next()  # the document's end
        behind = self._next()
        if not isinstance(behind, StreamEndEvent):
            at = behind.start_mark.index
            message = "a second document starts here; a config is one"
            raise Unreadable(message, at, at + 3, opened=root.start)
        return root

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        self._check(self._limits, event, depth)
        anchor = event.anchor
        if anchor is not None:
            self._open(anchor, event.start_mark.index)
        if isinstance(event, ScalarEvent):
            node: Node = self._scalar(event)
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(event, depth)
        else:
            node = self._mapping(event, depth)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _check(self, limits: Limits, event: Any, depth: int) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self._count += 1
        if limits.depth is not None and depth > limits.depth:
            raise Unreadable(f"nested more than {limits.depth} levels deep", start, end)
        if self._count > limits.nodes:
            message = f"more than {limits.nodes:,} keys and values; {limits.why}"
            raise TooMuch(message, start, end)

    def _open(self, anchor: str, start: int) -> None:
        """While a node is open its anchor is known but leads nowhere."""
        if anchor in self._anchors:
            raise Unreadable(f"the anchor &{anchor} is there twice", start, start + len(anchor) + 1)
        self._anchors[anchor] = None

    def _scalar(self, event: Any) -> ComposedScalar:
        style = event.style or ""
        tag = _tag(event, "str" if style else self._plain_tag(event.value))
        if tag == _UNSAID and event.value:
            # PyYAML then reads even a text in quotes as if it had none, and only it does so.
            read = self._plain_tag(event.value.rstrip("\n"))
            tag = read if not style or read == "str" else tag
        return ComposedScalar(tag, event.value, style, event.start_mark.index, event.end_mark.index)

    def _sequence(self, event: Any, depth: int) -> ComposedSequence:
        items: list[Node] = []
        while not isinstance(each := self._next(), SequenceEndEvent):
            items.append(self._node(each, depth + 1))
        start, flow = event.start_mark.index, bool(event.flow_style)
        # In block style the end event stands where the next token begins, lines below.
        end = each.end_mark.index if flow or not items else items[-1].end
        return ComposedSequence(_tag(event, "seq"), items, flow, start, end)

    def _mapping(self, event: Any, depth: int) -> ComposedMapping:
        pairs: list[tuple[Node, Node]] = []
        while not isinstance(each := self._next(), MappingEndEvent):
            key = self._node(each, depth + 1)
            pairs.append((key, self._node(self._next(), depth + 1)))
        start, flow = event.start_mark.index, bool(event.flow_style)
        end = each.end_mark.index if flow or not pairs else pairs[-1][1].end
        return ComposedMapping(_tag(event, "map"), pairs, flow, start, end)

    def _alias(self, event: Any) -> Node:
        name, start, end = event.anchor, event.start_mark.index, event.end_mark.index
        if name not in self._anchors:
            raise Unreadable(f"*{name} refers to an anchor &{name} that is not above", start, end)
        node = self._anchors[name]
        if node is None:
            raise Unreadable(f"*{name} refers to what it is part of", start, end)
        # A copy, so that a finding points to the alias and not to the anchor.
        return replace(node, start=start, end=end)


def _tag(event: Any, default: str) -> str:
    if event.tag is None or (event.tag == _UNSAID and default in ("seq", "map")):
        return default
    return _short(event.tag)


def _short(tag: str) -> str:
    """A standard tag without its long prefix; another one as `!name`.

    `!` alone stays `!`, which is no value's tag.
    """
    return tag[len(_STANDARD_TAG) :] if tag.startswith(_STANDARD_TAG) else "!" + tag.lstrip("!")
