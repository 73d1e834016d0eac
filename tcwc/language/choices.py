"""What depends on a condition, as it is written elsewhere: `2 if a else 4`, `a ? 2 : 4`,
`{if: a, then: 2, else: 4}`. Here it is a constant, and a `when` that sets another one."""

from __future__ import annotations

import re

from tcwc.expressions.meant import meant
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression
from tcwc.language.rows import quoted
from tcwc.model.frozen import dataclass
from tcwc.model.limits import GUESSED
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode, in_flow

_SHAPES = (
    re.compile(r"(?P<yes>.+?)\s+if\s+(?P<test>.+?)\s+else\s+(?P<no>.+)"),
    re.compile(r"(?P<test>.+?)\s*\?\s*(?P<yes>.+?)\s*:\s*(?P<no>.+)"),
    re.compile(r"(?i:if)\s+(?P<test>.+?)\s+then\s+(?P<yes>.+?)(?:\s+else\s+(?P<no>.+))?"),
    re.compile(r"(?i:(?:np\.)?where|if|iif)\s*\((?P<test>.+?),\s*(?P<yes>.+?),\s*(?P<no>.+)\)"),
)
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_TESTS = ("if", "when", "condition", "cond", "where", "only_if", "test")
_YES = ("then", "value", "set", "do", "values", "controls")
OTHERWISE = ("else", "otherwise", "default", "orelse")
"""What others call the constants of the runs that meet no condition."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A condition, what holds if it is met, and what else; "" where nothing is said of it."""

    test: str
    yes: str
    no: str


def in_text(text: str) -> Chosen | None:
    """What a text chooses; None where it does not."""
    if len(text) > GUESSED.at_most:
        return None
    for shape in _SHAPES:
        found = shape.fullmatch(text.strip().removeprefix("="))
        test = as_test(found["test"]) if found is not None else ""
        if found is not None and test:
            return Chosen(test, found["yes"].strip(), (found["no"] or "").strip())
    return None


def in_mapping(node: Node) -> Chosen | None:
    """What a mapping chooses: `{if: a, then: 2, else: 4}`, `{when: {"a": 2}}`; None for others."""
    if not isinstance(node, MappingNode):
        return None
    given = {entry.key.text: entry.value for entry in node.entries}
    parts = [
        next((given[w] for w in words if w in given), None) for words in (_TESTS, _YES, OTHERWISE)
    ]
    test, yes, no = parts
    if isinstance(test, MappingNode) and len(test.entries) == 1 and len(given) == 1 + bool(no):
        (only,) = test.entries
        test, yes = only.key, only.value
    elif len(given) != sum(each is not None for each in parts):
        return None
    if not isinstance(test, ScalarNode) or yes is None or not as_test(test.text):
        return None
    return Chosen(as_test(test.text), in_flow(yes), in_flow(no) if no is not None else "")


def as_test(text: str) -> str:
    """A text as a condition; "" where it is none."""
    if len(text) > GUESSED.at_most:
        return ""
    text = text.strip().removeprefix("(").removesuffix(")") if "(" not in text[1:] else text
    made = text if not isinstance(parse(text), BadExpression) else meant(text)
    return made if re.search(r"[<>=]|\b(?:in|not|and|or)\b", made) else ""


def condition(test: str, inside: str) -> str:
    """A `when` with one condition, in a line."""
    return f"when: {{{quoted(test)}: {inside}}}"


def as_lines(name: str, chosen: Chosen) -> str:
    """What to write for a key that is chosen."""
    given = f"`{name}: {chosen.no}` and " if chosen.no else ""
    line = condition(chosen.test, f"{{{name}: {chosen.yes}}}")
    say = "what some runs have stands below a condition: "
    return f"{say}write {given}`{line}` under `controls:`, not here"


def as_when(node: Node) -> str:
    """A `when` of another shape as it is written here; "" where it is one, or none can be told.

    `{lora_rank: 16, batch_size: 2}`, `{lora_rank: {16: {...}}}`, `[{if: a, then: {...}}]`.
    """
    if isinstance(node, ScalarNode):
        return condition(as_test(node.text), "{key: value}") if as_test(node.text) else ""
    if isinstance(node, SequenceNode):
        rows = [in_mapping(item) or _keyed(item) for item in node.items]
        lines = [f"{quoted(row.test)}: {row.yes}" for row in rows if row and row.yes[:1] == "{"]
        return f"when: {{{', '.join(lines)}}}" if lines and len(lines) == len(rows) else ""
    if not isinstance(node, MappingNode) or not node.entries:
        return ""
    if (one := in_mapping(node)) is not None and one.yes[:1] == "{":
        return condition(one.test, one.yes)
    first, *others = node.entries
    if not all(_NAME.fullmatch(entry.key.text) for entry in node.entries):
        return ""
    if others and all(isinstance(entry.value, ScalarNode) for entry in node.entries):
        inside = in_flow(MappingNode(tuple(others), node.span))
        return condition(f"{first.key.text} == {_literal(first.value)}", inside)
    if all(isinstance(entry.value, MappingNode) for entry in node.entries):
        return _by_values(node)
    return ""


def _keyed(node: Node) -> Chosen | None:
    """An item that is a condition and its constants: `- "lora_rank == 16": {...}`."""
    if not isinstance(node, MappingNode) or len(node.entries) != 1:
        return None
    (only,) = node.entries
    test = as_test(only.key.text)
    return Chosen(test, in_flow(only.value), "") if test else None


def _by_values(node: MappingNode) -> str:
    """`{lora_rank: {16: {...}, 8: {...}}}` as conditions."""
    lines = []
    for entry in node.entries:
        for below in entry.value.entries if isinstance(entry.value, MappingNode) else ():
            if not isinstance(below.value, MappingNode):
                return ""
            test = f"{entry.key.text} == {_literal(below.key)}"
            lines.append(f"{quoted(test)}: {in_flow(below.value)}")
    return f"when: {{{', '.join(lines)}}}"


def _literal(node: Node) -> str:
    """A scalar as an expression has it."""
    text = node.text if isinstance(node, ScalarNode) else ""
    return (
        text
        if re.fullmatch(r"[-+.0-9]+(?:[eE][-+]?[0-9]+)?|true|false|null", text)
        else f'"{text}"'
    )
