"""Levels of a variable in the words of a sweep of another program, as nodes or texts of ours."""

from __future__ import annotations

from tcwc.language.calls import Meant
from tcwc.language.sweeps import elsewhere, levels_in
from tcwc.model.ir import Path
from tcwc.model.types import ANY
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_OWN = ("values", "range", "linspace", "logspace", "uniform", "loguniform", "choice")


def has_own_word(node: Node) -> bool:
    """Whether a mapping has a word of tcwc's own that makes levels."""
    return isinstance(node, MappingNode) and any(e.key.text in _OWN for e in node.entries)


def is_levels(node: Node) -> bool:
    """Whether a mapping says which levels there are, here or in the words of another program."""
    if not isinstance(node, MappingNode):
        return False
    keys = [each.key.text for each in node.entries]
    return any(each in _OWN for each in keys) or elsewhere(given(node)) is not None


_ENDS = ("bounds", "range", "interval", "limits")
_SAME = {"log_scale": "log", **dict.fromkeys(("scale", "prior", "scaling_type"), "distribution")}


def given(node: Node) -> dict[str, str | list[str]]:
    """The words of a mapping, as `elsewhere` takes them."""
    words: dict[str, str | list[str]] = {}
    entries = node.entries if isinstance(node, MappingNode) else ()
    texts = [each.value.text for each in entries if isinstance(each.value, ScalarNode)]
    drawn = any("uniform" in text for text in texts)
    ends = (*_ENDS, "value", "values") if drawn else _ENDS
    for entry in entries:
        key, value = entry.key.text.lstrip("_"), entry.value
        if key in ends and isinstance(value, SequenceNode) and len(value.items) == 2:
            words |= {"min": shown(value.items[0]), "max": shown(value.items[1])}
        elif isinstance(value, ScalarNode):
            words[_SAME.get(key, key)] = value.text
        elif isinstance(value, SequenceNode):
            words[key] = [shown(item) for item in value.items]
    return words


_LISTS = (
    "values", "value", "choices", "options", "grid_search", "grid", "categorical",
    "suggest_categorical",
)  # fmt: skip


def levels_of(node: Node, path: Path | None, scene: Scene) -> tuple[Node, str]:
    """The list, or the one value, that a node stands for; and a text where it makes levels."""
    if isinstance(node, MappingNode):
        for entry in node.entries:
            if entry.key.text.lstrip("_") in _LISTS and "min" not in given(node):
                return entry.value, ""
        meant = elsewhere(given(node))
        return node, meant.text if meant else shown(node) if has_own_word(node) else ""
    if not isinstance(node, ScalarNode):
        return node, ""
    type_ = (scene.takes(path) if path else None) or ANY
    found = levels_in(node.text, type_)
    if found is None:
        return node, ""
    if found.text.startswith("["):
        return _list(found, node), ""
    return node, found.text


def _list(meant: Meant, node: ScalarNode) -> SequenceNode:
    texts = meant.text[1:-1].split(", ")
    return SequenceNode(tuple(ScalarNode(each, False, node.span) for each in texts), node.span)
