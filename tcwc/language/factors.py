"""`variables` lowered to factors, whose levels assign typed values."""

from __future__ import annotations

import re
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
from tcwc.model.types import ANY, Type
from tcwc.model.words import nearest
from tcwc.yaml.nodes import (
    KINDS_OF_LEVELS,
    LEVEL_WORDS,
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    in_flow,
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
    node, span = _call_in(entry.value) or entry.value, entry.key.span
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
    elif not _is_formula(lowering, node, key):
        wanted = _wanted(lowering, key)
        lowering.found.append(
            complaints.no_levels(name, node, wanted, span, sampled=lowering.sampled)
        )


def _wanted(lowering: Lowering, key: Key) -> Type:
    """The type that levels at a key are to have."""
    receiver = lowering.tree.receiver(key.path, {})
    return receiver.type if receiver.known else ANY


def _call_in(node: Node) -> ScalarNode | None:
    """The call, or the range, that is all there is in a list: `[choice(2, 4)]`, which YAML takes
    apart, `[8:64:8]`."""
    if not isinstance(node, SequenceNode):
        return None
    texts = [item.text for item in node.items if isinstance(item, ScalarNode) and not item.quoted]
    whole = ", ".join(texts)
    if not texts or len(texts) != len(node.items):
        return None
    called = "(" in texts[0] and whole.endswith(")")
    if not called and node.items[0].span.line != node.items[0].span.end_line:
        return None  # ` - 32` below `- 16`, deeper
    if not called and (len(texts) > 1 or not re.search(r"\d[^\w]|\.\.| to ", whole)):
        return None
    from tcwc.language.sweeps import is_sweep  # for mistakes only

    return ScalarNode(whole, False, node.span) if is_sweep(whole) else None


def _in_braces(node: MappingNode) -> str:
    """The items of a mapping that is none but a set: `{8, 16}`; "" for any other."""
    empty = [isinstance(e.value, ScalarNode) and e.value.is_empty for e in node.entries]
    return f"({', '.join(entry.key.text for entry in node.entries)})" if all(empty) else ""


def _cut_apart(node: MappingNode) -> tuple[str, str] | None:
    """`{range: 8, 16, 2}` or `{values: choice(8, 16)}` as one wrote it, and as it is written here;
    None for any other mapping. YAML takes what is behind the first comma for keys without values.
    """
    first, *others = node.entries
    value = first.value
    empty = [isinstance(e.value, ScalarNode) and e.value.is_empty for e in others]
    if first.key.text not in LEVEL_WORDS or not isinstance(value, ScalarNode) or value.is_empty:
        return None
    if not others or not all(empty):
        return None
    from tcwc.language.sweeps import arguments, levels_in

    whole = ", ".join([value.text, *(entry.key.text for entry in others)])
    word = first.key.text
    meant = levels_in(whole, ANY) if "(" in whole else None
    if meant is not None and not meant.text.startswith("["):
        return f"{{{word}: {whole}}}", meant.text
    levels = meant.text if meant else f"[{', '.join(arguments(whole))}]"
    return f"{{{word}: {whole}}}", f"{{{word}: {levels}}}"


def _is_formula(lowering: Lowering, node: Node, key: Key) -> bool:
    """Whether a formula stands where levels are needed, which is then reported."""
    if not isinstance(node, ScalarNode) or not lowering.tree.receiver(key.path, {}).known:
        return False
    wanted = lowering.tree.receiver(key.path, {}).type
    return lowering.is_formula(node, wanted, key.path, several=True)


_CONDITIONS = ("if", "only_if", "condition", "depends_on", "where")
"""What others call the condition of a variable."""


def _specified_elsewhere(lowering: Lowering, node: MappingNode, key: Key, name: str) -> bool:
    """Whether another program's words say what the levels are, which is then reported."""
    from tcwc.language.sweeps import elsewhere, named  # for mistakes only

    given: dict[str, str | list[str]] = {}
    for entry in node.entries:
        value = entry.value
        if isinstance(value, ScalarNode):
            given[entry.key.text] = value.text
        elif isinstance(value, SequenceNode):
            given[entry.key.text] = [i.text for i in value.items if isinstance(i, ScalarNode)]
    meant = elsewhere(given)
    if meant is None and len(given) == 1:
        ((word, items),) = given.items()
        listed = [items] if isinstance(items, str) else items
        meant = named(word, listed, _wanted(lowering, key))
    foreign = next((e.key for e in node.entries if e.key.text not in LEVEL_WORDS), None)
    if meant is None or foreign is None or {"when", *_CONDITIONS} & given.keys():
        return False
    message = f"`{foreign.text}` says nothing about the levels of `{name}` here"
    other = complaints.other_way(name, meant, sampled=lowering.sampled)
    help = f"write `{name}: {meant.text}`{other}"
    lowering.found.append(finding(BAD_LEVELS, foreign.span, message, help=help))
    return True


def _named_one_by_one(lowering: Lowering, node: MappingNode, key: Key, name: str) -> bool:
    """Whether a mapping has a value by each name, all of which fit; reported."""
    from tcwc.language.calls import fits, listed  # for mistakes only

    wanted = _wanted(lowering, key)
    texts = [e.value.text if isinstance(e.value, ScalarNode) else "" for e in node.entries]
    slips = [nearest(entry.key.text, LEVEL_WORDS, count=1) for entry in node.entries]
    if len(texts) < 2 or any(slips) or not all(each and fits(each, wanted) for each in texts):
        return False
    meant = listed(texts, wanted)
    message = f"levels of `{name}` have no names"
    help = f"write `{name}: {meant.text if meant else ''}`"
    lowering.found.append(finding(BAD_LEVELS, node.span, message, help=help))
    return meant is not None


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
    if items := _in_braces(node):
        as_list = ScalarNode(items, False, node.span)
        wanted = _wanted(lowering, key)
        lowering.found.append(
            complaints.no_levels(name, as_list, wanted, node.span, sampled=lowering.sampled)
        )
        return True
    if (cut := _cut_apart(node)) is not None:
        whole, help = cut
        message = f"`{whole}` is cut at its commas: numbers stand in brackets of their own"
        lowering.found.append(
            finding(BAD_LEVELS, node.span, message, help=f"write `{name}: {help}`")
        )
        return True
    if _specified_elsewhere(lowering, node, key, name):
        return True
    if not known and _named_one_by_one(lowering, node, key, name):
        return True
    words = ", ".join(KINDS_OF_LEVELS)
    for entry in node.entries:
        word = entry.key.text
        if word in LEVEL_WORDS:
            continue
        near = nearest(word, LEVEL_WORDS, count=1)
        help = f"did you mean `{near[0]}`?" if near else ""
        if not near or near[0] in known:
            help = f"write a list, `{name}: [...]`, or one of {words}; and `when`, if conditional"
        if word in _CONDITIONS and "when" not in known:
            renamed = (f"{e.key.text}: {in_flow(e.value)}" for e in node.entries if e is not entry)
            whole = ", ".join((*renamed, f"when: {in_flow(entry.value)}"))
            help = f"the condition of a variable is its `when`: write `{name}: {{{whole}}}`"
        message = f"`{word}` says nothing about the levels of `{name}`"
        lowering.found.append(finding(BAD_LEVELS, entry.key.span, message, help=help))
    return True
