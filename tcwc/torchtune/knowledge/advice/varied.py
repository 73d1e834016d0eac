"""Advice on variables, and on whole files, that are written as other tools write them."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.frozen import replace
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.torchtune.knowledge.advice.sweeps import SAMPLE, Levels, levels
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode

PARAMETERS = "parameters"
"""The section of a W&B sweep that says what varies."""


def of_levels(spot: Spot, root: MappingNode) -> Advice | None:
    """What to write for the levels of a variable in the words of another tool, which a finding is
    about at their key or at one of the words."""
    advice = _of_levels(spot, root)
    if advice is not None or spot.parent is spot:
        return advice
    above = _of_levels(spot.parent, root)
    return above and replace(above, at=spot.parent.entry.key.span)


def _of_levels(spot: Spot, root: MappingNode) -> Advice | None:
    made = levels(spot.entry.value)
    if made is None:
        return None
    say = "levels are a list here, or a mapping that says how they are made"
    return Advice(
        say,
        tuple(_lines(spot.entry.key.text, made, root)),
        covers=spot.entry.value.span,
    )


def _lines(key: str, made: Levels, root: MappingNode, under: str = "") -> Iterator[Line]:
    yield Line(f"{key}: {made.text}", CONTROLS if made.constant else under)
    if made.drawn and all(entry.key.text != "sample" for entry in root.entries):
        yield Line(SAMPLE, TOP)


def is_alone(root: MappingNode) -> bool:
    """Whether a sweep of another tool stands in a file that is no experiment."""
    return all(entry.key.text not in ("experiment_name", "base_config") for entry in root.entries)


def of_sweep(root: MappingNode) -> Advice | None:
    """What a W&B sweep comes to as an experiment; None where a file is none."""
    given = {entry.key.text: entry.value for entry in root.entries}
    parameters = given.get(PARAMETERS)
    if not isinstance(parameters, MappingNode):
        return None
    lines = list(_parameters(parameters, root))
    if _is_drawn(given.get("method")) and all(each.text != SAMPLE for each in lines):
        lines.append(Line(SAMPLE, TOP))
    say = "this is a W&B sweep; its parameters are `variables:` of an experiment"
    return Advice(say, tuple(dict.fromkeys(lines)), stays=True)


def _is_drawn(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and node.text in ("random", "bayes")


def _parameters(parameters: MappingNode, root: MappingNode) -> Iterator[Line]:
    for entry in parameters.entries:
        made = levels(entry.value) or Levels(shown(entry.value))
        yield from _lines(entry.key.text, made, root, "variables")
