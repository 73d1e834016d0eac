"""The positioned tree of an experiment's YAML: what stands where, and nothing typed yet."""

from __future__ import annotations

from typing import TypeAlias

from tcwc.model.frozen import dataclass
from tcwc.model.source import Span


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar as text. `quoted` is true for quoted and for block (`|`, `>`) scalars.

    Where nothing was written (`key:`), `text` is empty and not quoted, and the span is the key's.
    """

    text: str
    quoted: bool
    span: Span

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.quoted


@dataclass(frozen=True, slots=True)
class SequenceNode:
    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    key: ScalarNode
    value: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping; a key that stood twice is there once, as written first."""

    entries: tuple[Entry, ...]
    span: Span


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode

KINDS_OF_LEVELS = ("values", "range", "linspace", "logspace", "uniform", "loguniform", "choice")
"""The words by which a variable says what its levels are."""

LEVEL_WORDS = frozenset((*KINDS_OF_LEVELS, "when"))
"""A mapping under `variables` with only these keys specifies levels."""


def is_specification(node: MappingNode) -> bool:
    """Whether a mapping under `variables` says how levels are made, and is no nested path."""
    return {entry.key.text for entry in node.entries} <= LEVEL_WORDS


def in_flow(node: Node) -> str:
    """A node on one line, as its author may have written it."""
    if isinstance(node, MappingNode):
        return f"{{{', '.join(f'{in_flow(e.key)}: {in_flow(e.value)}' for e in node.entries)}}}"
    if isinstance(node, SequenceNode):
        return f"[{', '.join(map(in_flow, node.items))}]"
    if not node.quoted and node.text.isprintable() and not set(node.text) & set(",[]{}#&*!|>%@`"):
        return node.text
    return "'" + node.text.replace("'", "''") + "'"


FROM_CONFIGS = "from_configs"
"""The word of an arm whose levels are configs that ship; behind it these are listed."""


def lists_configs(node: Node) -> bool:
    """Whether the levels of an arm are configs that ship."""
    return isinstance(node, MappingNode) and any(
        # `from_configs: {lora_rank: 8}` is a level of that name.
        entry.key.text == FROM_CONFIGS and not isinstance(entry.value, MappingNode)
        for entry in node.entries
    )
