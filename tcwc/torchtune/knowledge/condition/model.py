"""Conditions as values, from the entries of conditions.json."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from tcwc.expressions.syntax import Call, Expression, Logic, Name, Node, walk
from tcwc.expressions.trees import from_json
from tcwc.model.diagnostics import Rule
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.model.rules import by_code

SECTION = "section"
"""What stands for each of a condition's sections. No recipe has a key of that name."""


@dataclass(frozen=True, slots=True)
class Test:
    """An operand of a condition's `and`, and the functions that it calls."""

    expression: Expression
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """An entry of conditions.json. It holds where all of `when` hold, the operands of an `and`.

    A finding points to the first of its paths that is the author's, in the order of the text.
    """

    id: str
    rule: Rule
    when: tuple[Test, ...]
    sections: tuple[str, ...]
    message: str
    help: str
    place: Path | None = None
    """The one section, where what is made of it refuses its arguments (refusals.py)."""
    of_base: bool = False
    """Whether it is reported of a shipped base too, of which nothing is the author's."""
    differs: str = ""
    """The file in which the author's own torchtune says another thing than the release does that
    the condition is from: what holds of the release may not hold of it."""

    def calls(self) -> frozenset[str]:
        """The functions that it calls."""
        return frozenset(call.function for test in self.when for call in test.calls)


def from_member(member: Mapping[str, Any], tree: Callable[[str], str]) -> Condition:
    """A condition from its entry in the file; `tree` gives what its expression is parsed to."""
    return Condition(
        member["id"],
        _rules()[member["rule"]],
        tests_of(tree(member["when"])),
        tuple(member.get("sections", ("",))),
        member["message"],
        member["help"],
        of_base=member.get("of_base", False),
        differs=member.get("differs", ""),
    )


@lru_cache(maxsize=1_000)
def tests_of(tree: str) -> tuple[Test, ...]:
    """The operands of a tree in JSON, if they are joined by `and`.

    A call with many experiments asks for the same ones again.
    """
    return tuple(map(_test, _operands(from_json(tree))))


def _test(root: Node) -> Test:
    nodes = list(walk(root))
    names = {each.path: each.place for each in nodes if isinstance(each, Name)}
    calls = tuple(each for each in nodes if isinstance(each, Call))
    return Test(Expression("", root, names), calls)


def _operands(root: Node) -> tuple[Node, ...]:
    return root.operands if isinstance(root, Logic) and root.operator == "and" else (root,)


@cache  # one
def _rules() -> dict[str, Rule]:
    return by_code()


def path_of(text: str) -> Path:
    """The path that a message or a list of sections writes with dots."""
    return tuple(text.split("."))
