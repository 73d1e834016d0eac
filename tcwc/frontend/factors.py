"""`variables` lowered to factors, whose levels assign typed values."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from tcwc.diagnostics import finding
from tcwc.frontend import complaints
from tcwc.frontend.levels import read_levels
from tcwc.frontend.lower import Lowering
from tcwc.frontend.nodes import Entry, MappingNode, SequenceNode, is_specification
from tcwc.frontend.paths import Key
from tcwc.ir import Factor, Op, Path, format_path
from tcwc.rules import BAD_OPERATOR


@dataclass(slots=True)
class Variables:
    """The factors of a section, by path, in source order.

    `zipped` are the paths of factors that advance with others: their levels may come again, and
    `steps` says in which order, by index.
    """

    zipped: Collection[Path] = ()
    factors: dict[Path, Factor] = field(default_factory=dict)
    steps: dict[Path, tuple[int, ...]] = field(default_factory=dict)


def lower_variables(
    lowering: Lowering, section: MappingNode, zipped: Collection[Path]
) -> Variables:
    """The variables; one that names a path for the second time is reported."""
    made = Variables(zipped)
    for bound in lowering.bind(section):
        for factor in _factors(lowering, bound.entry, bound.key, bound.short, made):
            first = made.factors.setdefault(factor.path, factor)
            if first is not factor:
                same = [each.value for each in factor.levels] == [
                    each.value for each in first.levels
                ]
                lowering.found.append(
                    complaints.twice(factor.path, factor.span, first.span, same=same)
                )
    return made


def _factors(
    lowering: Lowering, entry: Entry, key: Key, short: str, made: Variables
) -> Iterator[Factor]:
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
        from tcwc.frontend.specifications import specified, takes_levels_only

        if is_specification(node):
            factor = specified(lowering, node, key, name, span)
            if factor is not None:
                made.steps[factor.path] = tuple(range(factor.size))
                yield factor
            return
        if takes_levels_only(lowering, node, key, name):
            return
        for below in node.entries:
            inner = lowering.key(below, top=False)
            if inner is not None:
                added = inner.added or key.added
                whole = replace(inner, path=(*key.path, *inner.path), added=added)
                yield from _factors(lowering, below, whole, "", made)
    elif isinstance(node, SequenceNode) and node.items:
        again = key.path in made.zipped
        levels, steps = read_levels(lowering, node.items, key, name, span, again=again)
        made.steps[key.path] = steps
        if levels:
            yield Factor(name, key.path, levels, span)
    else:
        lowering.found.append(complaints.no_levels(name, node, span))
