"""What is for people (`meta`), as plain data: it is carried into the mapping, and nothing reads it.

A word that only YAML 1.1 takes for a boolean or a number (`yes`, `12:30`, `1_000`) is the string
that it is to YAML 1.2. What YAML 1.2 takes for a number that nobody can be sure of, `0042`, is
refused: its author may mean a name.
"""

from __future__ import annotations

from tcwc.language import complaints
from tcwc.language.values import Mistyped, is_core_text, type_scalar
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Value, format_path
from tcwc.model.rules import WRONG_TYPE, YAML_FEATURE
from tcwc.model.types import ANY, Type
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode

_NUMBER = Type(("float",))


def notes(section: MappingNode) -> tuple[dict[str, Value], list[Diagnostic]]:
    """The values of `meta`, and what is wrong with them."""
    reader = _Notes()
    return reader.mapping(section, ("meta",)), reader.found


class _Notes:
    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def mapping(self, node: MappingNode, path: tuple[str | int, ...]) -> dict[str, Value]:
        return {
            self._key(each): self._value(each.value, (*path, each.key.text))
            for each in node.entries
        }

    def _key(self, entry: Entry) -> str:
        key, value = entry.key, entry.value
        if not (key.quoted or is_core_text(key.text)):
            self.found.append(complaints.no_text(key.text, key.span, path=False))
        elif key.text.endswith(":") and isinstance(value, ScalarNode) and value.is_empty:
            bare = key.text[:-1].strip()  # `{a:, b: 1}`
            message = f"`{key.text}` without a value is the key `{bare}` to some readers of YAML"
            help = f"write {bare}: null, with a space after the colon"
            self.found.append(finding(YAML_FEATURE, key.span, message, help=help))
        return key.text

    def _value(self, node: Node, path: tuple[str | int, ...]) -> Value:
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, ScalarNode):
            return None if node.is_empty else self._scalar(node, path)
        return [self._value(item, (*path, index)) for index, item in enumerate(node.items)]

    def _scalar(self, node: ScalarNode, path: tuple[str | int, ...]) -> Value:
        value = type_scalar(node.text, node.quoted, ANY)
        if not isinstance(value, Mistyped):
            return value
        if is_core_text(node.text):
            return node.text
        number = type_scalar(node.text, False, _NUMBER)
        if not isinstance(number, Mistyped):
            return number  # `-.5`, which is one to YAML 1.2
        message = f"`{format_path(path)}`: {value.message}"
        self.found.append(finding(WRONG_TYPE, node.span, message, help=value.help))
        return node.text
