"""`arms` lowered to factors whose levels set several keys together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.language.lower import Lowering
from tcwc.language.names import Unbound
from tcwc.model.diagnostics import finding
from tcwc.model.ir import RUN_NAMES, Factor, Level
from tcwc.model.rules import BAD_ARM
from tcwc.yaml.nodes import Entry, MappingNode

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def lower_arms(lowering: Lowering, section: MappingNode) -> Iterator[Factor]:
    """The arms in source order; what is none is reported."""
    for entry in section.entries:
        name, span = entry.key.text, entry.key.span
        problem = _bad_name(lowering, name)
        if problem:
            lowering.found.append(finding(BAD_ARM, span, problem[0], help=problem[1]))
            continue
        if not isinstance(entry.value, MappingNode) or not entry.value.entries:
            message = f"the arm `{name}` has no levels"
            help = f"write `{name}:` and below it `small: {{lora_rank: 8, lora_alpha: 16}}` lines"
            lowering.found.append(finding(BAD_ARM, span, message, help=help))
            continue
        levels = [_level(lowering, name, below) for below in entry.value.entries]
        good = tuple(level for level in levels if level is not None)
        if good:
            yield Factor(name, (name,), good, span, is_arm=True)


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
    lowering.found.append(finding(BAD_ARM, span, message, help=help))
    return None
