"""What is asked of a word: where it stands, and what is written there."""

from __future__ import annotations

from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path
from tcwc.torchtune.knowledge.advice.spot import Spot
from tcwc.yaml.nodes import Node, ScalarNode, SequenceNode

MOST = 100
"""Levels, or keys beside a finding, that are looked at: each of 200 findings asks for all again."""


@dataclass(frozen=True, slots=True)
class Question:
    """A word at a spot: what it is called there, in what (as written), and its value."""

    spot: Spot
    word: str
    section: Path
    value: Node
    level: bool = False
    """Whether the value is one level of a list of them."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its values: each of the levels, where it is a list of them."""
        if self.levels and isinstance(self.value, SequenceNode):
            return self.value.items
        return (self.value,)

    @property
    def scalars(self) -> tuple[ScalarNode, ...]:
        """Those of its values that are scalars."""
        return tuple(each for each in self.nodes if isinstance(each, ScalarNode))

    @property
    def levels(self) -> bool:
        """Whether the value is a list of levels, each of which is a value."""
        return self.spot.home == "variables" and not self.spot.in_list and not self.level

    @property
    def each(self) -> tuple[Question, ...]:
        """The question of each of several levels; none where there are not several, or more than
        anybody answers one by one."""
        nodes = self.nodes if self.levels and isinstance(self.value, SequenceNode) else ()
        several = nodes if 1 < len(nodes) <= MOST else ()
        return tuple(replace(self, value=node, level=True) for node in several)


def asked_at(spot: Spot) -> Question:
    """What is asked of an entry: its last name, in what stands around that."""
    *section, word = spot.path
    return Question(spot, str(word), tuple(section), spot.entry.value)
