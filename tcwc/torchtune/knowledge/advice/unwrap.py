"""A mapping out of the list, or the text, that it stands in, in configs of other libraries."""

from __future__ import annotations

import re

from tcwc.torchtune.knowledge.advice.levels import is_levels
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_PAIRS = re.compile(r"([\w.]+=[^\s,=]+[,\s]*)+")


def is_unset(node: Node) -> bool:
    """Whether a key has no value at all, as configs of other libraries list what can be set."""
    return isinstance(node, ScalarNode) and not node.quoted and node.text == ""


def unwrapped(word: str, node: Node, scene: Scene) -> Node:
    """The mapping in a list that holds but one, as lists of data sets mostly do, and the one that a
    text of arguments stands for: `"weight_decay=0.1"`."""
    items = node.items if isinstance(node, SequenceNode) else ()
    if items and (named := [_by_name(each) for each in items]) and None not in named:
        return MappingNode(tuple(filter(None, named)), node.span)
    if len(items) == 1:
        return items[0] if isinstance(items[0], MappingNode) else node
    texts = [each.text for each in items or (node,) if isinstance(each, ScalarNode)]
    pairs = [_PAIRS.fullmatch(text) for text in texts]
    if not pairs or not all(pairs) or not scene.known.container(word):
        return node
    found = (each.partition("=") for text in texts for each in re.split(r"[,\s]+", text) if each)
    entries = (
        Entry(ScalarNode(k, False, node.span), ScalarNode(v, False, node.span)) for k, _, v in found
    )
    return MappingNode(tuple(entries), node.span)


def _by_name(node: Node) -> Entry | None:
    """A parameter that says its own name, as an entry of that name; None for others."""
    entries = (
        {each.key.text: each for each in node.entries} if isinstance(node, MappingNode) else {}
    )
    name = entries.get("name") or entries.get("parameter")
    rest = tuple(each for each in entries.values() if each is not name)
    if name is None or not isinstance(name.value, ScalarNode):
        return None
    spec = MappingNode(rest, node.span)
    return Entry(name.value, spec) if is_levels(spec) else None
