"""Whether something can take what an author wrote: a name is offered for a value that it takes."""

from __future__ import annotations

from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.types import Type
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, is_specification


def takes(type_: Type, node: Node | None) -> bool:
    """Whether a node, or each level in it, is a value of a type, perhaps in other words.

    Where no value is known (None), nothing speaks against it.
    """
    if node is None:
        return True
    if isinstance(node, ScalarNode):
        return _scalar(type_, node)
    if isinstance(node, MappingNode):
        return bool({"mapping", "any"} & set(type_.kinds)) or is_specification(node)
    lists = bool({"list", "any"} & set(type_.kinds))
    return lists or all(takes(type_, item) for item in node.items)


def _scalar(type_: Type, node: ScalarNode) -> bool:
    if node.is_empty or "{" in node.text:  # an operator's, or filled in later
        return True
    value = type_scalar(node.text, node.quoted, type_)
    return not isinstance(value, Mistyped) or value.surely
