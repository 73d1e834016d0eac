"""Conditions as values, from the entries of conditions.json."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tcwc.model.diagnostics import Rule
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.model.rules import by_code

SWALLOWED = "has unknown arguments"
"""The test that is about keys of its section, which it names."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test of a conjunction: what is asked (`op`) of a path, and the value it is asked with."""

    path: Path
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Condition:
    """An entry of conditions.json. A finding points to the first of its paths that is the
    author's, in the order of the tests."""

    id: str
    rule: Rule
    when: tuple[Test, ...]
    sections: tuple[str, ...]
    message: str
    help: str


def from_member(member: Mapping[str, Any]) -> Condition:
    """A condition from its entry in the file."""
    return Condition(
        member["id"],
        _rules()[member["rule"]],
        tuple(Test(path_of(each[0]), *each[1:]) for each in member["when"]),
        tuple(member.get("sections", ("",))),
        member["message"],
        member["help"],
    )


@cache  # one
def _rules() -> dict[str, Rule]:
    return by_code()


def path_of(text: str) -> Path:
    """The path that a test writes with dots."""
    return tuple(text.split("."))
