"""Which value counts where `<<` brings in a key twice: releases differ, and torchtune pins none.

OmegaConf 2.4 merges by itself, and so did PyYAML until 6.0.3: of a list the first mapping counts,
of two `<<` the last. With OmegaConf 2.3 PyYAML 6.0.4 does it (`flatten_mapping`): the last counts,
but that a key of one character, whose text is one object to Python, counts where it is first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tcwc.yaml.composed import ComposedMapping, ComposedScalar, ComposedSequence, Node
from tcwc.yaml.scalars import construct

Entries = Callable[[ComposedMapping], Mapping[str, tuple[Node, Node]]]
"""The keys of a mapping, each with its own node and its value's, what `<<` brings in included."""
_Pairs = list[tuple[Node, Node]]


def as_older(node: ComposedMapping, known: dict[int, _Pairs]) -> dict[str, Node]:
    """The values of a mapping as OmegaConf 2.3 has them with PyYAML 6.0.4.

    `known` are mappings read before, by the identity of their pairs.
    """
    return {
        key.text: value for key, value in _pairs(node, known) if isinstance(key, ComposedScalar)
    }


def _pairs(node: ComposedMapping, known: dict[int, _Pairs]) -> _Pairs:
    if id(node.pairs) not in known:
        merged: dict[object, tuple[Node, Node]] = {}
        for key, value in node.pairs:
            for source in _sources(value) if key.tag == "merge" else ():
                for pair in _pairs(source, known):
                    merged.setdefault(_identity(pair[0]), pair)
        own = [pair for pair in node.pairs if pair[0].tag != "merge"]
        known[id(node.pairs)] = [*merged.values(), *own]
    return known[id(node.pairs)]


def _sources(node: Node) -> Iterator[ComposedMapping]:
    for each in node.items if isinstance(node, ComposedSequence) else (node,):
        if isinstance(each, ComposedMapping):
            yield each


def _identity(key: Node) -> object:
    """What tells a key from another one by `id()` of its text."""
    short = isinstance(key, ComposedScalar) and len(key.text) <= 1
    return key.text if short and isinstance(key, ComposedScalar) else id(key)


def same_value(one: Node, other: Node, entries: Entries) -> bool:
    """Whether two nodes come to one value; the order of keys is none of it."""
    return _same(one, other, entries, set())


def _same(one: Node, other: Node, entries: Entries, seen: set[tuple[int, int]]) -> bool:
    if isinstance(one, ComposedScalar) and isinstance(other, ComposedScalar):
        return _read(one) == _read(other)
    pair = (id(_inner(one)), id(_inner(other)))
    # Aliases share what is in them: each pair is compared once, however often it is there.
    if pair[0] == pair[1] or pair in seen:
        return True
    seen.add(pair)
    if isinstance(one, ComposedSequence) and isinstance(other, ComposedSequence):
        return len(one.items) == len(other.items) and all(
            _same(*each, entries, seen) for each in zip(one.items, other.items, strict=True)
        )
    if isinstance(one, ComposedMapping) and isinstance(other, ComposedMapping):
        mine, yours = entries(one), entries(other)
        return mine.keys() == yours.keys() and all(
            _same(value, yours[key][1], entries, seen) for key, (_, value) in mine.items()
        )
    return False


def _inner(node: Node) -> object:
    if isinstance(node, ComposedMapping):
        return node.pairs
    return node.items if isinstance(node, ComposedSequence) else node


def _read(node: ComposedScalar) -> tuple[str, str]:
    """What a scalar comes to, with its type."""
    try:
        value = construct(node.tag, node.text)
    except (KeyError, ValueError):
        return (node.tag, node.text)
    return (type(value).__name__, repr(value))
