"""Files that an experiment names for a base, or for constants, and that are something else."""

from __future__ import annotations

import os.path
from collections.abc import Iterator

from tcwc.config.walk import component_sections, strings
from tcwc.language.sections import Sections
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Base
from tcwc.model.known import Knowledge
from tcwc.model.rules import BAD_SECTION, NOT_A_CONFIG
from tcwc.model.target import Target
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_OF_EXPERIMENTS = ("experiment_name", "base_config", "base_config_file", "variables", "arms")
"""Sections of which two make an experiment: no recipe reads any of them."""
_CONSTANTS = ("engineering", "controls")


def check_base(
    base: Base, sections: Sections, target: Target, known: Knowledge
) -> Iterator[Diagnostic]:
    """A base file that is an experiment, or has nothing that a recipe could make."""
    node = sections.texts["base_config_file"]
    if sum(name in base.values for name in _OF_EXPERIMENTS) > 1:
        yield _experiment(base, node, target)
    elif _makes_nothing(base, sections, target, known):
        yield finding(
            NOT_A_CONFIG,
            node.span,
            f"{base.name} is no config of {target.name}: nothing in it has a "
            f"`{target.component}`, so no recipe has a model to train",
            help=f"name a config that ships: `base_config: {_likely(base, target, known)}` "
            f"(`{target.lister_of(known.version)}` lists them), and write under `controls:` what "
            f"{base.name} says, in the words of {target.name}",
        )


def constants_of(
    root: MappingNode, node: ScalarNode
) -> tuple[MappingNode | None, list[Diagnostic]]:
    """The constants in a file that `engineering_file` names, and what is wrong with it as one."""
    keys = {entry.key.text: entry for entry in root.entries}
    if sum(name in keys for name in _OF_EXPERIMENTS) > 1:
        message = f"{node.text} is an experiment, and here the constants of a cluster belong"
        help = "name a file of `key: value` lines, such as `device: cuda`"
        return None, [finding(BAD_SECTION, node.span, message, help=help)]
    for name in _CONSTANTS:
        if name in keys and isinstance(below := keys[name].value, MappingNode):
            message = f"{node.text} is the section `engineering` as a whole: it has no sections"
            help = f"remove the line `{name}:`, and indent what is below it less"
            return below, [finding(BAD_SECTION, keys[name].key.span, message, help=help)]
    return root, []


def _experiment(base: Base, node: ScalarNode, target: Target) -> Diagnostic:
    named = base.values.get("base_config")
    start = named if isinstance(named, str) else target.example_config
    itself = os.path.basename(base.name) == os.path.basename(node.span.file)
    what = "is this experiment itself" if itself else "is an experiment"
    return finding(
        NOT_A_CONFIG,
        node.span,
        f"{base.name} {what}, and an experiment starts from a config",
        help=f"name one: `base_config: {start}` (`{target.lister}` lists those that ship)"
        if itself or start is not named
        else f"name what that starts from, `base_config: {start}`, and copy its constants under "
        "`controls:`",
    )


def _makes_nothing(base: Base, sections: Sections, target: Target, known: Knowledge) -> bool:
    """Whether no component is named for a recipe that ships, in a base that says something."""
    recipe = sections.text("recipe")
    if target.component is None or not base.values or (recipe and not known.recipe(recipe)):
        return False
    if next(component_sections(base.values, target.component), None):
        return False
    own: list[Node] = [*sections.mappings.values(), *sections.lists.values()]
    own_file = "engineering_file" in sections.texts
    return not own_file and not any(_names(node, target.component) for node in own)


def _names(node: Node, component: str) -> bool:
    """Whether a key at any depth names a component."""
    if isinstance(node, MappingNode):
        return any(
            entry.key.text.endswith(component) or _names(entry.value, component)
            for entry in node.entries
        )
    return isinstance(node, SequenceNode) and any(_names(item, component) for item in node.items)


def _likely(base: Base, target: Target, known: Knowledge) -> str:
    """The config for the weights that a file of others names, if it names any."""
    ids = (text for _, text in strings(base.values) if text.count("/") == 1)
    near = (target.near_configs(each, known) for each in ids)
    return next((each[0] for each in near if each), target.example_config)
