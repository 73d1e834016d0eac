"""`arms` lowered to factors whose levels set several keys together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.language.lower import Lowering
from tcwc.language.names import Unbound
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import RUN_NAMES, Factor, Level
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.rules import BAD_ARM
from tcwc.yaml.nodes import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    in_flow,
    lists_configs,
)

_NAMES = ("name", "label", "id", "title")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def lower_arms(lowering: Lowering, section: MappingNode) -> Iterator[Factor]:
    """The arms in source order; what is none is reported."""
    target = lowering.tree.target
    if section.entries and all(_is_level(lowering, entry) for entry in section.entries):
        lowering.found.append(_unnamed(section))
        return
    for entry in section.entries:
        name, span = entry.key.text, entry.key.span
        problem = _bad_name(lowering, name)
        if problem:
            lowering.found.append(finding(BAD_ARM, span, problem[0], help=problem[1]))
            continue
        if target.models is not None and lists_configs(entry.value):
            from tcwc.language.model_arms import lower_model_arm  # few arms are so

            arm = lower_model_arm(lowering, entry)
            if arm is not None:
                yield arm
            continue
        if not isinstance(entry.value, MappingNode) or not entry.value.entries:
            message = f"the arm `{name}` has no levels"
            help = f"write `{name}:` and below it `small: {{lora_rank: 8, lora_alpha: 16}}` lines"
            if listed := named_levels(entry.value):
                message = f"the levels of the arm `{name}` are a list, and each needs a name"
                help = f"write `{name}: {listed}`"
            lowering.found.append(finding(BAD_ARM, span, message, help=help))
            continue
        levels = [_level(lowering, name, below) for below in entry.value.entries]
        good = tuple(level for level in levels if level is not None)
        if good:
            yield Factor(name, (name,), good, span, is_arm=True)


def named_levels(node: Node) -> str:
    """A list of mappings as levels with names; "" where it is none.

    A name is what a `name` says, or the first value.
    """
    if not isinstance(node, SequenceNode) or not node.items:
        return ""
    levels: dict[str, str] = {}
    for item in node.items:
        if not isinstance(item, MappingNode) or not item.entries:
            return ""
        named = next((e for e in item.entries if e.key.text in _NAMES), None)
        kept = tuple(entry for entry in item.entries if entry is not named)
        word = named.value if named else item.entries[0].value
        text = word.text if isinstance(word, ScalarNode) else ""
        if named is None and not re.match("[A-Za-z]", text):
            text = f"{item.entries[0].key.text}_{text}"
        name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
        levels[name] = in_flow(MappingNode(kept, item.span))
    if len(levels) < len(node.items) or "" in levels:
        return ""
    return f"{{{', '.join(f'{name}: {level}' for name, level in levels.items())}}}"


def _is_level(lowering: Lowering, entry: Entry) -> bool:
    """Whether what stands where an arm does is a level: all that it holds are values of keys."""
    node = entry.value
    if not isinstance(node, MappingNode) or not node.entries or lists_configs(node):
        return False
    if any(isinstance(below.value, MappingNode) for below in node.entries):
        return False
    keys = [parse_key(below.key.text) for below in node.entries]
    paths = [None if isinstance(key, BadKey) else key.path for key in keys]
    return any(path is not None and lowering.names_something(path) for path in paths)


def _unnamed(section: MappingNode) -> Diagnostic:
    """Levels without the arm that they are of."""
    first = section.entries[0]
    keys = [below.key.text for e in section.entries for below in _entries(e.value)]
    name = "adapter" if any("lora" in key for key in keys) else "setup"
    levels = [f"{entry.key.text}: {in_flow(entry.value)}" for entry in section.entries]
    shown = ", ".join(levels)
    return finding(
        BAD_ARM,
        first.key.span,
        f"`{first.key.text}` is a level, and its arm has no name: levels stand below one",
        help=f"write `arms: {{{name}: {{{shown}}}}}` at the top level, in place of this section, "
        "or that on lines of their own",
    )


def _entries(node: Node) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, MappingNode) else ()


def _bad_name(lowering: Lowering, name: str) -> tuple[str, str] | None:
    """Message and help for a name that no arm can have."""
    if not _NAME.fullmatch(name):
        message = f"`{name}` is no name for an arm"
        return message, "use letters, digits and `_`: conditions and templates name it"
    if name in RUN_NAMES:
        return f"`{name}` is what a template calls a part of the run", "give the arm another name"
    known = lowering.names.resolve(name)
    # Where the recipe is not known any word counts as a key, and stands for itself.
    if isinstance(known, Unbound) or (lowering.tree.recipe is None and known == (name,)):
        return None
    return (
        f"`{name}` is a key of the config, and an arm needs a name of its own",
        "call it after what its levels are: adapter, schedule; "
        "levels of one key are a variable, `key: [a, b]`",
    )


def _level(lowering: Lowering, arm: str, entry: Entry) -> Level | None:
    """A level: what it assigns, under its name. `{}` assigns nothing: the base as it is."""
    node, span = entry.value, entry.key.span
    if isinstance(node, MappingNode):
        made = lowering.apart(lowering.constants(node), lowering.tree.values)
        return Level(entry.key.text, made, span)
    message = f"the level `{entry.key.text}` of the arm `{arm}` sets no keys"
    help = f"write `{entry.key.text}: {{key: value}}`, or `{{}}` for the base as it is"
    items = node.items if isinstance(node, SequenceNode) else ()
    if items and all(isinstance(item, MappingNode) for item in items):
        whole = MappingNode(tuple(e for item in items for e in _entries(item)), node.span)
        help = f"write `{entry.key.text}: {in_flow(whole)}`"
    lowering.found.append(finding(BAD_ARM, span, message, help=help))
    return None
