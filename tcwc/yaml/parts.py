"""Where the parts of a value stand that is written as a whole: its keys, values and items."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.ir import Path, Spans
from tcwc.model.paths import BadKey, parse_key
from tcwc.yaml.nodes import MappingNode, Node, SequenceNode


def parts(node: Node) -> dict[Path, Spans]:
    """The spans of each key and its value, and of each item, by path from the value on."""
    return dict(_parts(node, ()))


def _parts(node: Node, path: Path) -> Iterator[tuple[Path, Spans]]:
    if isinstance(node, MappingNode):
        for entry in node.entries:
            key = parse_key(entry.key.text)
            if not isinstance(key, BadKey):
                yield (*path, *key.path), (entry.key.span, entry.value.span)
                yield from _parts(entry.value, (*path, *key.path))
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            yield (*path, index), (item.span, item.span)
            yield from _parts(item, (*path, index))
