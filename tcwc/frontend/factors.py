"""The factors of an experiment: `variables` lowered to levels that assign typed values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tcwc.canonical import canonical_json
from tcwc.diagnostics import finding
from tcwc.frontend import complaints
from tcwc.frontend.lower import Bad, Lowering, made_at
from tcwc.frontend.nodes import Entry, MappingNode, Node, SequenceNode
from tcwc.frontend.paths import Key
from tcwc.frontend.tree import Receiver
from tcwc.ir import Assignment, Factor, Level, Op, Path, Value, format_path
from tcwc.rules import BAD_OPERATOR
from tcwc.source import Span

LEVEL_WORDS = frozenset(
    ("values", "when", "range", "linspace", "logspace", "uniform", "loguniform", "choice")
)
"""A mapping under `variables` with only these keys specifies levels (not compiled yet)."""


def lower_factors(lowering: Lowering, section: MappingNode) -> tuple[Factor, ...]:
    """The variables, in source order; one that names a path for the second time is reported."""
    made: dict[Path, Factor] = {}
    for bound in lowering.bind(section):
        for factor in _factors(lowering, bound.entry, bound.key, bound.short):
            first = made.setdefault(factor.path, factor)
            if first is not factor:
                same = [each.value for each in factor.levels] == [
                    each.value for each in first.levels
                ]
                lowering.found.append(
                    complaints.twice(factor.path, factor.span, first.span, same=same)
                )
    return tuple(made.values())


def _factors(lowering: Lowering, entry: Entry, key: Key, short: str) -> Iterator[Factor]:
    """The factor of an entry, or the factors in it where it is a nested path."""
    node, span = entry.value, entry.key.span
    name = short or format_path(key.path)
    if key.op is Op.DELETE:
        lowering.found.append(
            finding(
                BAD_OPERATOR,
                span,
                f"`~{name}` under variables: a deleted key has no levels",
                help="delete it under `controls:`, or in levels of the section that holds it",
            )
        )
    elif isinstance(node, MappingNode) and node.entries and key.op is Op.SET:
        words = {each.key.text for each in node.entries}
        if words <= LEVEL_WORDS:
            lowering.found.append(complaints.not_yet(sorted(words), span))
            return
        for below in node.entries:
            inner = lowering.key(below, top=False)
            if inner is not None:
                added = inner.added or key.added
                whole = replace(inner, path=(*key.path, *inner.path), added=added)
                yield from _factors(lowering, below, whole, "")
    elif isinstance(node, SequenceNode) and node.items:
        levels = _levels(lowering, node, key, name, span)
        if levels:
            yield Factor(name, key.path, levels, span)
    else:
        lowering.found.append(complaints.no_levels(name, node, span))


def _levels(
    lowering: Lowering, node: SequenceNode, key: Key, name: str, span: Span
) -> tuple[Level, ...]:
    """The levels with different values, in source order."""
    levels: dict[str, Level] = {}
    receiver: Receiver | None = None
    for item in node.items:
        if isinstance(item, MappingNode) and item.entries and key.op is Op.SET:
            level = _section_level(lowering, item, key)
        else:
            receiver = receiver or lowering.receiver(key, {}, span)
            if receiver is None:
                break
            level = _plain_level(lowering, item, key, receiver, span)
        if level is None:
            continue
        first = levels.setdefault(canonical_json(level.value), level)
        if first is not level:
            lowering.found.append(complaints.repeated(name, level, first))
    return tuple(levels.values())


def _section_level(lowering: Lowering, item: MappingNode, key: Key) -> Level | None:
    """A level that sets several keys below the factor's path."""
    made = lowering.nested(item, key, {})
    return Level(_relative(made, key.path), tuple(made), item.span) if made else None


def _plain_level(
    lowering: Lowering, node: Node, key: Key, receiver: Receiver, span: Span
) -> Level | None:
    value = lowering.value(node, receiver.type, key, {})
    if isinstance(value, Bad):
        return None
    return Level(value.value, (made_at(key, value.value, span, node),), node.span)


def _relative(made: list[Assignment], path: Path) -> dict[str, Value]:
    """What a level of several keys shows as its value: operator and relative path, to value."""
    named = {each.op.value + format_path(each.path[len(path) :]): each.value for each in made}
    return dict(sorted(named.items()))
