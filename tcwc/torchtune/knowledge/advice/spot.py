"""Where in a source a finding stands: the keys that lead to it, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.source import Span
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

BASE = "(base)"
"""What stands for the section of a spot in a base file."""

WHEN = "when"
"""The key of `controls` below which keys stand by conditions."""

_FIXED = {"arms": 3, "include": 1}
"""How many keys of a section stand above the first that is a key of the config; 1 for others."""


@dataclass(frozen=True, slots=True)
class Spot:
    """An entry of an experiment, or a value in it.

    `entries` lead to it from the top of the file. `item` is the value that a finding is about,
    where it is about one; `in_list` is whether a list stands between the entries (of levels).
    """

    entries: tuple[Entry, ...]
    beside: MappingNode
    item: Node | None = None
    in_list: bool = False

    @property
    def home(self) -> str:
        """The section of the experiment that it stands in; "" at the top level of the file."""
        return self.entries[0].key.text if len(self.entries) > 1 else ""

    @property
    def entry(self) -> Entry:
        return self.entries[-1]

    @property
    def above(self) -> Path:
        """The path of the config that the mapping around the entry is."""
        return tuple(part for entry in self._inner[:-1] for part in _path(entry))

    @property
    def path(self) -> Path:
        """The path of the config that the entry is, as it is written."""
        return (*self.above, *_path(self.entry))

    @property
    def up(self) -> Spot:
        """The spot of the entry whose value the mapping around this one is."""
        *above, _ = self.entries
        around = above[-2].value
        assert isinstance(around, MappingNode)
        return replace(self, entries=tuple(above), beside=around, item=None)

    @property
    def _inner(self) -> tuple[Entry, ...]:
        fixed = _FIXED.get(self.home, 1) if self.home else 0
        conditional = fixed and len(self.entries) > 2 and self.entries[1].key.text == WHEN
        return self.entries[fixed + 2 if conditional else fixed :]

    def below(self, child: Entry) -> Spot:
        """The spot of an entry in the mapping that is the value of this one."""
        assert isinstance(self.entry.value, MappingNode)
        return replace(self, entries=(*self.entries, child), beside=self.entry.value, item=None)


def _path(entry: Entry) -> Path:
    key = parse_key(entry.key.text)
    return (entry.key.text,) if isinstance(key, BadKey) else key.path


def find(root: MappingNode, span: Span) -> Spot | None:
    """The spot at which a span begins; None where it is no key and no value of the source."""
    return next(_find(root, span, (), in_list=False), None)


def _find(
    mapping: MappingNode, span: Span, above: tuple[Entry, ...], *, in_list: bool
) -> Iterator[Spot]:
    for entry in mapping.entries:
        here = Spot((*above, entry), mapping, in_list=in_list)
        if _begin(entry.key.span) == _begin(span):
            yield here
        elif _holds(entry.value.span, span):
            yield from _within(entry.value, span, here)


def _within(node: Node, span: Span, here: Spot, *, listed: bool = False) -> Iterator[Spot]:
    if isinstance(node, MappingNode):
        if node.span != span:  # a block begins where its first key does
            yield from _find(node, span, here.entries, in_list=here.in_list or listed)
        yield replace(here, item=node)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            if _holds(item.span, span):
                yield from _within(item, span, here, listed=True)
        yield replace(here, item=node)
    else:
        yield replace(here, item=node)


def _begin(span: Span) -> tuple[str, int, int]:
    return span.file, span.line, span.column


def _holds(outer: Span, inner: Span) -> bool:
    start = (inner.line, inner.column)
    return outer.file == inner.file and (outer.line, outer.column) <= start < (
        outer.end_line,
        outer.end_column,
    )


def shown(node: Node) -> str:
    """A node as it can stand on one line, in the author's own words."""
    if isinstance(node, SequenceNode):
        return f"[{', '.join(map(shown, node.items))}]"
    if isinstance(node, MappingNode):
        return "{" + ", ".join(f"{e.key.text}: {shown(e.value)}" for e in node.entries) + "}"
    return scalar(node)


def scalar(node: ScalarNode) -> str:
    """A scalar as it may be written again: in quotes where it had them, or needs them."""
    text = node.text
    if not node.quoted:
        return text
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'
