"""Rows of `exclude` as GitHub Actions has them, `{lora_rank: 8}`, where conditions are needed."""

from __future__ import annotations

import re

from tcwc.config.canonical import flow
from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.diagnostics import Fix, replace_by
from tcwc.model.types import ANY
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_NAME = re.compile(r"[A-Za-z_][\w.]*")


def as_condition(row: Node) -> str:
    """The condition that a row of keys and values stands for; "" where it stands for none."""
    if not isinstance(row, MappingNode) or not row.entries:
        return ""
    if not all(_NAME.fullmatch(entry.key.text) for entry in row.entries):
        return ""  # `lora_rank == 16: too big` is a condition already
    parts = [_compared(entry.key.text, entry.value) for entry in row.entries]
    return " and ".join(parts) if all(parts) else ""


def _compared(name: str, node: Node) -> str:
    if isinstance(node, SequenceNode):
        values = [_value(item) for item in node.items]
        return f"{name} in [{', '.join(values)}]" if values and all(values) else ""
    value = _value(node)
    return f"{name} == {value}" if value else ""


def _value(node: Node) -> str:
    """A scalar as an expression has it: a number bare, a string in double quotes."""
    if not isinstance(node, ScalarNode) or node.is_empty:
        return ""
    typed = type_scalar(node.text, node.quoted, ANY)
    return node.text if not isinstance(typed, (str, Mistyped)) else flow(node.text)


def quoted(condition: str) -> str:
    """A condition in quotes that it has none of."""
    return f"'{condition}'" if '"' in condition else f'"{condition}"'


def in_quotes(condition: str, row: Node) -> tuple[str, Fix | None]:
    """A condition as an item of a list in YAML, and the fix that writes it for a row."""
    text = quoted(condition)
    if not _is_plain(row):
        return text, None
    return text, replace_by(row.span, text, safe=row.span.line == row.span.end_line)


def _is_plain(row: Node) -> bool:
    """Whether each key is held against a number, or one of some: a string may be a comparison, as
    `">8"` is, or no level."""
    if isinstance(row, MappingNode):
        return all(_is_plain(entry.value) for entry in row.entries)
    if isinstance(row, SequenceNode):
        return all(map(_is_plain, row.items))
    return isinstance(type_scalar(row.text, row.quoted, ANY), int | float)
