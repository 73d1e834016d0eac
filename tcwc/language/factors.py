"""`variables` lowered to factors, whose levels assign typed values."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tcwc.config.merge import lookup
from tcwc.language import complaints
from tcwc.language.levels import read_levels
from tcwc.language.lower import Lowering
from tcwc.model.diagnostics import finding
from tcwc.model.frozen import dataclass, field, replace
from tcwc.model.ir import Factor, Op, Path, format_path
from tcwc.model.paths import Key
from tcwc.model.rules import BAD_LEVELS, BAD_OPERATOR
from tcwc.model.words import nearest
from tcwc.yaml.nodes import (
    KINDS_OF_LEVELS,
    LEVEL_WORDS,
    Entry,
    MappingNode,
    SequenceNode,
    is_specification,
)


@dataclass(frozen=True, slots=True)
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
    elif isinstance(node, MappingNode) and node.entries:
        if is_specification(node):
            from tcwc.language.specifications import specified  # few experiments have any

            again = key.path in made.zipped
            found = specified(lowering, node, key, name, span, again=again)
            if found is not None:
                made.steps[key.path] = found[1]
                yield found[0]
            return
        if _takes_levels_only(lowering, node, key, name):
            return
        if key.op is Op.REPLACE:
            lowering.found.append(complaints.one_whole(name, span))
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
        type_ = lowering.tree.receiver(key.path, {}).type
        lowering.found.append(complaints.no_levels(name, node, span, type_))


def _takes_levels_only(lowering: Lowering, node: MappingNode, key: Key, name: str) -> bool:
    """Whether a mapping stands where only levels can, so that a word in it is misspelt: reported.

    Below a single value there are no keys that a nested path could name.
    """
    known = LEVEL_WORDS & {entry.key.text for entry in node.entries}
    receiver = lowering.tree.receiver(key.path, {})
    single = receiver.known and not {"mapping", "any"} & set(receiver.type.kinds)
    nested = key.op is Op.SET and isinstance(lookup(lowering.tree.values, key.path)[1], dict)
    if nested or not (known or single):
        return False
    words = ", ".join(KINDS_OF_LEVELS)
    for entry in node.entries:
        word = entry.key.text
        if word in LEVEL_WORDS:
            continue
        near = nearest(word, LEVEL_WORDS, count=1)
        help = f"did you mean `{near[0]}`?" if near else ""
        if not near or near[0] in known:
            help = f"write `{name}: [a, b]`, or one of {words}; and `when`, if it is conditional"
        message = f"`{word}` says nothing about the levels of `{name}`"
        lowering.found.append(finding(BAD_LEVELS, entry.key.span, message, help=help))
    return True
