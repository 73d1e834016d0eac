"""Builds the tree that names and types are resolved against, before any value has a type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.config.interpolation.closure import mentions
from tcwc.config.merge import lookup, merge_what_fits
from tcwc.config.walk import component_sections
from tcwc.language.tree import Tree
from tcwc.model.ir import Assignment, Op, Path, Value
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.source import Span
from tcwc.model.target import Target
from tcwc.yaml.nodes import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    is_specification,
    lists_configs,
)

if TYPE_CHECKING:
    from tcwc.language.from_configs import RecordedArm

_LISTED = ("values", "choice")
"""The words of a level specification that list levels."""


def build_tree(
    base: dict[str, Value],
    constants: list[MappingNode],
    mappings: Mapping[str, MappingNode],
    conditions: Sequence[Entry],
    recipe: Recipe | None,
    target: Target,
    catalogue: Knowledge,
    recorded: Mapping[str, RecordedArm],
) -> Tree:
    """The tree of an experiment, of whose sections `mappings` are some.

    `conditions` hold constants of some runs. `recorded` is what levels set that are configs.

    What does not fit is passed over here and reported later.
    """
    variables, arms = mappings.get("variables"), mappings.get("arms")
    sections = (*constants, variables, arms, *(each.value for each in conditions))
    written = [raw_value(node) for node in sections if node is not None]
    variables_of_base = frozenset(name for name in _named(base) if name in base)
    named = frozenset(name for value in written for name in _named(value))
    scout = Tree(base, base, {}, recipe, target, catalogue, variables_of_base, named)
    values = base
    for section in constants:
        for entry in section.entries:
            # Not short names: they are resolved against the tree that is being made.
            if _is_full_path(entry, scout):
                values = merge_what_fits(values, raw_assignments(entry, (), target))
    components: dict[Path, tuple[str, ...]] = {
        path: (name,) for path, name in component_sections(values, target.component)
    }
    for entry in variables.entries if variables else ():
        if _is_full_path(entry, scout):
            _add_levels(components, values, entry, target)
    for entry in arms.entries if arms else ():
        _add_arm(components, values, _entries(entry.value), scout)
        _add_configs(components, base, values, entry, recorded, scout)
    _add_arm(components, values, conditions, scout)
    return Tree(values, base, components, recipe, target, catalogue, variables_of_base, named)


def _named(value: Value) -> Iterator[str]:
    """The top-level keys that `${...}` in a value names, wherever it stands."""
    return (str(path[0]) for path in mentions(value, ()) if path)


def raw_value(node: Node) -> Value:
    """A node as untyped data: texts, None for null, lists and mappings with paths as written."""
    if isinstance(node, ScalarNode):
        return None if not node.quoted and node.text in ("", "null", "~") else node.text
    if isinstance(node, SequenceNode):
        return [raw_value(item) for item in node.items]
    return {entry.key.text: raw_value(entry.value) for entry in node.entries}


def raw_assignments(entry: Entry, prefix: Path, target: Target) -> Iterator[Assignment]:
    """What an entry assigns, untyped; keys that are no paths are passed over."""
    key = parse_key(entry.key.text)
    if isinstance(key, BadKey):
        return
    path, node, span = (*prefix, *key.path), entry.value, entry.key.span
    if isinstance(node, MappingNode) and node.entries and key.op is Op.SET:
        for below in node.entries:
            yield from raw_assignments(below, path, target)
    else:
        yield _made(path, node, key.op, span, target, added=key.added)


def _made(
    path: Path, node: Node, op: Op, span: Span, target: Target, *, added: bool = False
) -> Assignment:
    value = _whole(node, target)
    whole = target.are_components(value)
    return Assignment(path, value, op, added, span, node.span, as_section=whole)


def _whole(node: Node, target: Target) -> Value:
    """A node as an untyped value of its own, dotted keys in it taken apart."""
    if isinstance(node, MappingNode):
        made = [a for entry in node.entries for a in raw_assignments(entry, (), target)]
        return merge_what_fits({}, made)
    if isinstance(node, SequenceNode):
        return [_whole(item, target) for item in node.items]
    return raw_value(node)


def _is_full_path(entry: Entry, scout: Tree) -> bool:
    key = parse_key(entry.key.text)
    if isinstance(key, BadKey):
        return False
    word = key.path[0]
    if not key.is_bare or key.added:
        return isinstance(word, str)
    return word in scout.values or (scout.recipe is not None and scout.reads(str(word)))


def _add_levels(
    components: dict[Path, tuple[str, ...]], values: dict[str, Value], entry: Entry, target: Target
) -> None:
    """Widen `components` by those that a variable's levels put anywhere below its path."""
    key = target.component
    for path, operator, items, always in _level_lists(entry, ()):
        setting = [item for item in items if path[-1] == key or _mentions(item, key)]
        if not setting:
            continue
        home = path[:-1] if path[-1] == key else path
        met: dict[Path, list[str]] = {}
        # Runs without any of these levels keep the component of the base, and its arguments.
        variants = [] if always and len(setting) == len(items) else [values]
        variants += [_with_level(values, path, operator, item, target) for item in setting]
        for variant in variants:
            for where, name in component_sections(lookup(variant, home)[1], key, home):
                names = met.setdefault(where, [])
                if name not in names:
                    names.append(name)
        components.update({where: tuple(names) for where, names in met.items()})


def _add_arm(
    components: dict[Path, tuple[str, ...]],
    values: dict[str, Value],
    levels: Sequence[Entry],
    scout: Tree,
) -> None:
    """Widen `components` by those that the levels of an arm put anywhere."""
    target, key = scout.target, scout.target.component
    for level in levels:
        if not isinstance(level.value, MappingNode) or not _mentions(level.value, key):
            continue
        full = (entry for entry in level.value.entries if _is_full_path(entry, scout))
        made = (a for each in full for a in raw_assignments(each, (), target))
        _add_variant(components, merge_what_fits(values, made), key)


def _add_configs(
    components: dict[Path, tuple[str, ...]],
    base: dict[str, Value],
    values: dict[str, Value],
    arm: Entry,
    recorded: Mapping[str, RecordedArm],
    scout: Tree,
) -> None:
    """Widen `components` by those that the levels of an arm put anywhere which are configs."""
    if not lists_configs(arm.value):
        return
    from tcwc.language.from_configs import ModelLevels, folder_of, names_in  # few arms are so

    target = scout.target
    levels = ModelLevels(target, scout.catalogue, recorded, base, values)
    for name in {name.text: name for name in names_in(arm.value)}.values():
        made = levels.made(arm.key.text, name, folder_of(arm.value))
        _add_variant(components, merge_what_fits(values, made), target.component)


def _add_variant(
    components: dict[Path, tuple[str, ...]], variant: dict[str, Value], key: str | None
) -> None:
    for where, name in component_sections(variant, key):
        known = components.get(where, ())
        if name not in known:
            components[where] = (*known, name)


def _entries(node: Node) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, MappingNode) else ()


def _level_lists(entry: Entry, prefix: Path) -> Iterator[tuple[Path, Op, tuple[Node, ...], bool]]:
    """Path, operator and level nodes of each variable in an entry, nested paths included, and
    whether each run has one of the levels: with a `when` some may have none."""
    key = parse_key(entry.key.text)
    if isinstance(key, BadKey):
        return
    path = (*prefix, *key.path)
    if isinstance(entry.value, SequenceNode):
        yield path, key.op, entry.value.items, True
    elif isinstance(entry.value, MappingNode):
        words = [each.key.text for each in entry.value.entries]
        for below in entry.value.entries:
            if below.key.text in _LISTED and is_specification(entry.value):
                if isinstance(below.value, SequenceNode):
                    yield path, key.op, below.value.items, "when" not in words
            else:
                yield from _level_lists(below, path)


def _with_level(
    values: dict[str, Value], path: Path, op: Op, item: Node, target: Target
) -> dict[str, Value]:
    if isinstance(item, MappingNode) and op is Op.SET:
        made = (a for entry in item.entries for a in raw_assignments(entry, path, target))
        return merge_what_fits(values, made)
    each = _made(path, item, op, item.span, target)
    return merge_what_fits(values, (each,))


def _mentions(node: Node, key: str | None) -> bool:
    """Whether a key, or a path that ends with it, stands anywhere in a node."""
    if key is None:
        return False
    if isinstance(node, MappingNode):
        return any(key in each.key.text or _mentions(each.value, key) for each in node.entries)
    return isinstance(node, SequenceNode) and any(_mentions(item, key) for item in node.items)
