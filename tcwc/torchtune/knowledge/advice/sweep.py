"""A W&B sweep as an experiment: its parameters are variables, and constants."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.language.sweeps import elsewhere
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, VARIABLES, Advice, Line
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

PARAMETERS = "parameters"
"""The section of a W&B sweep that says what varies."""
_SAMPLE = "sample: {size: 20, seed: 7}"


def is_alone(root: MappingNode) -> bool:
    """Whether a sweep of another tool stands in a file that is no experiment."""
    return all(entry.key.text not in ("experiment_name", "base_config") for entry in root.entries)


def of_sweep(root: MappingNode) -> Advice | None:
    """What a W&B sweep comes to as an experiment; None where a file is none."""
    given = {entry.key.text: entry.value for entry in root.entries}
    parameters = given.get(PARAMETERS)
    if not isinstance(parameters, MappingNode):
        return None
    lines, method = list(_parameters(parameters)), given.get("method")
    drawn = isinstance(method, ScalarNode) and method.text in ("random", "bayes")
    if drawn or any("uniform: [" in each.text for each in lines):
        lines += [Line(_SAMPLE, TOP)] if "sample" not in given else []
    say = "this is a W&B sweep; its parameters are `variables:` of an experiment"
    return Advice(say, tuple(lines), stays=True)


def _parameters(parameters: MappingNode) -> Iterator[Line]:
    for entry in parameters.entries:
        key, value = entry.key.text, entry.value
        given = _given(value)
        if isinstance(given.get("value"), str):
            yield Line(f"{key}: {given['value']}", CONTROLS)
            continue
        meant = elsewhere(given)
        yield Line(f"{key}: {meant.text if meant else shown(value)}", VARIABLES)


def _given(node: Node) -> dict[str, str | list[str]]:
    """The words of a mapping, as `elsewhere` takes them."""
    given: dict[str, str | list[str]] = {}
    for entry in node.entries if isinstance(node, MappingNode) else ():
        value = entry.value
        if isinstance(value, ScalarNode):
            given[entry.key.text] = value.text
        elif isinstance(value, SequenceNode):
            given[entry.key.text] = [shown(item) for item in value.items]
    return given
