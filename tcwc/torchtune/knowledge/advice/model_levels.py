"""Several models in the words of one key: they are the levels of an arm, as shipped configs."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.rules import (
    BAD_ARM,
    BAD_CHOICE,
    BAD_LEVELS,
    BAD_SECTION,
    SHAPE_CONFLICT,
    UNKNOWN_KEY,
    UNKNOWN_SECTION,
    WRONG_TYPE,
)
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.advice.advice import TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.bases import config_of_model
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import FROM_CONFIGS, Entry, MappingNode, Node, ScalarNode, SequenceNode

OF_MODELS = (
    BAD_ARM,
    BAD_CHOICE,
    BAD_LEVELS,
    BAD_SECTION,
    SHAPE_CONFLICT,
    UNKNOWN_KEY,
    UNKNOWN_SECTION,
    WRONG_TYPE,
)
"""The rules whose findings may be about models in the wrong place."""

_BASE, _ARMS, _FOLDER = "base_config", "arms", "models"
_MOST = 50
"""Models that anybody compares; what is in a longer list is something else."""
_ARM = "size"
"""What an arm of models is called that has no name."""


def of_models(found: Diagnostic, spot: Spot, root: MappingNode, known: Catalogue) -> Advice | None:
    """How models are compared that stand where none are listed; None where that is not meant."""
    listed = _listed(spot.entry.value)
    if found.rule not in OF_MODELS or listed is None or _stands_right(spot):
        return None
    base = _base(root) or listed[0]
    names = _for_recipe(listed, base, known)
    if names is None:
        return None
    level = f"{FROM_CONFIGS}: [{', '.join(names)}]"
    if (folder := _folder(spot)) is not None:
        level += f", {_FOLDER}: {shown(folder.value)}"
    lines = [_line(spot, root, f"{_name(spot, root)}: {{{level}}}")]
    if not _base(root):
        here = not spot.home and spot.entry.key.text == _BASE
        lines.insert(0, Line(f"{_BASE}: {names[0]}", "" if here else TOP))
    whole = spot.entry.value.span
    return Advice(
        "models as levels are an arm", tuple(lines), along=_along(spot, folder), covers=whole
    )


def _stands_right(spot: Spot) -> bool:
    """Whether it is an arm of configs already, of which something else is wrong."""
    above = [entry.key.text for entry in spot.entries]
    named = above[-1] == FROM_CONFIGS and len(above) == len((_ARMS, _ARM, FROM_CONFIGS))
    return named and above[0] == _ARMS


def _listed(node: Node) -> list[str] | None:
    """The names in a list of several, or in such a list behind `from_configs`."""
    if isinstance(node, MappingNode):
        inside = (entry.value for entry in node.entries if entry.key.text == FROM_CONFIGS)
        node = next(inside, node)
    items = node.items if isinstance(node, SequenceNode) else ()
    names = [item.text for item in items if isinstance(item, ScalarNode)]
    return names if len(names) == len(items) > 1 else None


def _base(root: MappingNode) -> str:
    """The base that a source names; "" where it names none, or several."""
    named = (entry.value for entry in root.entries if entry.key.text == _BASE)
    return next((node.text for node in named if isinstance(node, ScalarNode)), "")


def _for_recipe(listed: list[str], base: str, known: Catalogue) -> list[str] | None:
    """The configs of models that names are of, for one recipe with a base; None where one has
    none."""
    config = known.config(base)
    recipes = set(config.recipes) if config else set[str]()
    names: list[str] = []
    for each in listed[:_MOST]:
        name = config_of_model(each, base, known)
        found = known.config(name) if name else None
        if found is None or name in names or not recipes & set(found.recipes):
            return None
        names.append(name)
    return names if len(names) == len(listed) else None


def _name(spot: Spot, root: MappingNode) -> str:
    """What the arm is called: as the author does, where that is a name for one."""
    arms = next((entry.value for entry in root.entries if entry.key.text == _ARMS), None)
    taken = {e.key.text for e in arms.entries} if isinstance(arms, MappingNode) else set[str]()
    mine = spot.entries[1].key.text if spot.home == _ARMS else ""
    if mine and mine not in (FROM_CONFIGS, "model", "tokenizer", "checkpointer"):
        return mine
    return _ARM if _ARM not in taken else "models"


def _line(spot: Spot, root: MappingNode, arm: str) -> Line:
    """Where the arm is written: in place of what is in its section, in that, or in a new one."""
    if spot.home == _ARMS and len(spot.entries) == len((_ARMS, _ARM)):
        return Line(arm)
    there = any(entry.key.text == _ARMS for entry in root.entries)
    return Line(arm, _ARMS) if there else Line(f"{_ARMS}: {{{arm}}}", TOP)


def _folder(spot: Spot) -> Entry | None:
    """The folder of weights that an author names with the models."""
    inside = spot.entry.value.entries if isinstance(spot.entry.value, MappingNode) else ()
    beside: Iterator[Entry] = iter(())
    if spot.entry.key.text == FROM_CONFIGS:
        beside = iter(spot.beside.entries)
    return next((e for e in (*inside, *beside) if e.key.text == _FOLDER), None)


def _along(spot: Spot, folder: Entry | None) -> tuple[Entry, ...]:
    """What else the line takes the place of."""
    return (folder,) if folder is not None and folder in spot.beside.entries else ()
