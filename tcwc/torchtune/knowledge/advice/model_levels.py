"""Several models in the words of one key: they are the levels of an arm, as shipped configs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import replace
from tcwc.model.rules import (
    BAD_ARM,
    BAD_CHOICE,
    BAD_LEVELS,
    BAD_SECTION,
    SHAPE_CONFLICT,
    SHARED_CHECKPOINT,
    UNKNOWN_KEY,
    UNKNOWN_SECTION,
    WRONG_TYPE,
)
from tcwc.model.words import listed
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.bases import config_of_model
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.torchtune.knowledge.advice.strangers import USUAL
from tcwc.yaml.nodes import FROM_CONFIGS, Entry, MappingNode, Node, ScalarNode, SequenceNode

OF_MODELS = (
    BAD_ARM,
    BAD_CHOICE,
    BAD_LEVELS,
    BAD_SECTION,
    SHAPE_CONFLICT,
    SHARED_CHECKPOINT,
    UNKNOWN_KEY,
    UNKNOWN_SECTION,
    WRONG_TYPE,
)
"""The rules whose findings may be about models in the wrong place."""

_BASE, _ARMS, _FOLDER = "base_config", "arms", "models"
_SAY = "models as levels are an arm"
_WITH_ALL = f"{_SAY} of configs, which sets the tokenizer and checkpointer of each with its model"
_BUILDERS = (COMPONENT, f"model.{COMPONENT}")
_HOMES = ("", "variables", "controls", _ARMS)
_NAMES = re.compile(
    r"(?i)(?:base|llm|size|famil(?:y|ies)|(?:base_)?(?:models?|configs?)(?:_?(?:names?|sizes?|ids?))?"
    r"|model_name_or_path|from_configs|model\._component_)s?"
)
"""What a list is called that names models."""
_MOST = 50
"""Models that anybody compares; what is in a longer list is something else."""
_ARM = "size"
"""What an arm of models is called that has no name."""


def of_models(found: Diagnostic, spot: Spot, root: MappingNode, known: Catalogue) -> Advice | None:
    """How models are compared that stand where none are listed; None where that is not meant."""
    if found.rule not in OF_MODELS or _stands_right(spot):
        return None
    if found.rule is SHARED_CHECKPOINT:
        return _of_components(found, spot, root, known)
    return _of_list(spot, root, known)


def of_models_alone(root: MappingNode, known: Catalogue) -> Advice | None:
    """How models are compared in a file without a base; None where it lists none."""
    for section in root.entries:
        below = section.value.entries if isinstance(section.value, MappingNode) else ()
        whole = Spot((section,), root)
        for spot in (whole, *map(whole.below, below)):
            if spot.home not in _HOMES or not _NAMES.fullmatch(spot.entry.key.text):
                continue
            if (advice := _of_list(spot, root, known)) is not None:
                key = spot.entry.key.span
                return replace(advice, at=key, covers=key)
    return None


def _of_list(spot: Spot, root: MappingNode, known: Catalogue) -> Advice | None:
    """The arm of the models that a list names, and the base where there is none."""
    given = _listed(spot.entry.value)
    names = configs_of(given, _base(root), known) if given else None
    if names is None:
        return None
    if _is_arm_of(names, root):
        say = "an arm has these models already: remove the line"
        return Advice(say, covers=spot.entry.value.span)
    level = f"{FROM_CONFIGS}: [{', '.join(names)}]"
    if (folder := _folder(spot)) is not None:
        level += f", {_FOLDER}: {shown(folder.value)}"
    lines = [_line(spot, root, f"{_name(spot, root)}: {{{level}}}")]
    if not _base(root) and all(each.key.text != f"{_BASE}_file" for each in root.entries):
        here = not spot.home and spot.entry.key.text == _BASE
        lines.insert(0, Line(f"{_BASE}: {names[0]}", "" if here else TOP))
    whole = spot.entry.value.span
    return Advice(_SAY, tuple(lines), along=_along(spot, folder), covers=whole)


def _of_components(
    found: Diagnostic, spot: Spot, root: MappingNode, known: Catalogue
) -> Advice | None:
    """The arm of the models whose builders stand in levels that load one checkpoint."""
    levels = _levels(spot)
    builders = [_builder(each) for each in levels]
    names = configs_of(builders, _base(root), known) if all(builders) and builders else None
    if not names:
        return None
    arm = f"{_name(spot, root)}: {{{FROM_CONFIGS}: [{', '.join(names)}]}}"
    theirs = [_component(known, each) for each in names]
    others = [each for each, mine in zip(theirs, builders, strict=True) if each != mine]
    more = any(isinstance(each, MappingNode) and _keys(each) > 1 for each in levels)
    if others or more:
        note = f" (with {listed(others)})" if others else ""
        own = found.help.rpartition("; or ")[2]
        return Advice(f"{_WITH_ALL}: `arms: {{{arm}}}`{note}; or {own}")
    if spot.home == _ARMS:
        return Advice(_WITH_ALL, (Line(arm),))
    say = f"{_WITH_ALL}, in place of the variable `{spot.entries[1].key.text}`"
    return Advice(say, (_line(spot, root, arm),))


def _levels(spot: Spot) -> list[Node]:
    """The levels of the factor that a spot is in: values, or mappings of what they set."""
    factor = spot.entries[1].value if spot.home == _ARMS or spot.in_list else spot.entry.value
    if isinstance(factor, MappingNode):
        return [each.value for each in factor.entries]
    return list(factor.items) if isinstance(factor, SequenceNode) else []


def _builder(level: Node) -> str:
    """The builder of a model that a level names; "" where it names none."""
    if isinstance(level, ScalarNode):
        return level.text
    for entry in level.entries if isinstance(level, MappingNode) else ():
        if entry.key.text in _BUILDERS:
            return _builder(entry.value)
        if entry.key.text == "model":
            return _builder(entry.value)
    return ""


def _keys(level: MappingNode) -> int:
    """How many keys a level sets, those below a section one by one."""
    return sum(
        _keys(each.value) if isinstance(each.value, MappingNode) else 1 for each in level.entries
    )


def _component(known: Catalogue, name: str) -> str:
    """The builder of the model in a config."""
    config = known.config(name)
    model = config.values.get("model") if config else None
    return str(model.get(COMPONENT)) if isinstance(model, dict) else ""


def _is_arm_of(names: list[str], root: MappingNode) -> bool:
    """Whether an arm has these models for its levels."""
    arms = next((entry.value for entry in root.entries if entry.key.text == _ARMS), None)
    there = arms.entries if isinstance(arms, MappingNode) else ()
    return any(
        isinstance(arm.value, MappingNode)
        and any(e.key.text == FROM_CONFIGS and _listed(e.value) == names for e in arm.value.entries)
        for arm in there
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


def configs_of(given: list[str], base: str, known: Catalogue) -> list[str] | None:
    """The configs of models that names are of, for one recipe with a base, or else with the first;
    None where one has none."""
    base = base or config_of_model(given[0], USUAL, known)
    config = known.config(base)
    recipes = set(config.recipes) if config else set[str]()
    names: list[str] = []
    for each in given[:_MOST]:
        name = config_of_model(each, base, known)
        found = known.config(name) if name else None
        if found is None or name in names or not recipes & set(found.recipes):
            return None
        names.append(name)
    return names if len(names) == len(given) else None


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
