"""Where in a base file of the author's own a finding stands."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from tcwc.config.merge import lookup
from tcwc.lint.repairs import flow
from tcwc.model.ir import Base, Path, Value
from tcwc.model.source import Span
from tcwc.torchtune.knowledge.advice.spot import BASE, Spot
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode


def find_in_base(base: Base, span: Span) -> Spot | None:
    """The spot at which a span begins in a base file; None where it is no key and no value."""
    as_key, as_value = _at(base.key_spans, span), _at(base.spans, span)
    whole = as_key or as_value
    path = tuple(takewhile(lambda part: isinstance(part, str), whole or ()))
    if not path or (whole and any(isinstance(part, str) for part in whole[len(path) :])):
        return None
    top = MappingNode(_entries(base, base.values, ()), span)
    entries = [Entry(ScalarNode(BASE, False, span), top)]
    for depth in range(1, len(path) + 1):
        entries.append(_entry(base, path[:depth]))
    around = entries[-2].value
    if not isinstance(around, MappingNode):
        return None
    item = None if as_key else _node(base, lookup(base.values, whole or ())[1], whole or ())
    return Spot(tuple(entries), around, item)


def _at(spans: Mapping[Path, Span], span: Span) -> Path | None:
    return next((path for path, at in spans.items() if at == span), None)


def _entry(base: Base, path: Path) -> Entry:
    key = base.key_spans.get(path) or base.spans[path]
    return Entry(
        ScalarNode(str(path[-1]), False, key), _node(base, lookup(base.values, path)[1], path)
    )


def _entries(base: Base, section: Mapping[str, Value], path: Path) -> tuple[Entry, ...]:
    there = ((*path, key) for key in section)
    return tuple(_entry(base, each) for each in there if each in base.spans)


def _node(base: Base, value: Value, path: Path) -> Node:
    span = base.spans.get(path) or base.spans[path[:-1]]
    if isinstance(value, dict):
        return MappingNode(_entries(base, value, path), span)
    if isinstance(value, list):
        items = (_node(base, each, (*path, at)) for at, each in enumerate(value))
        return SequenceNode(tuple(items), span)
    return _item(value, span)


def _item(value: Value, span: Span) -> ScalarNode:
    """A value as it can be written in an experiment."""
    if isinstance(value, str):
        return ScalarNode(value, flow(value) != value, span)
    return ScalarNode(flow(value) or "", False, span)
