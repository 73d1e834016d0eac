"""Source text to plain values, and keys to paths.

A scalar is a `Word`, which remembers whether it stood in quotes; a list and a mapping are Python's.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from tests.paper.refusal import Refused

Path = tuple[Any, ...]


class Word(NamedTuple):
    """A scalar as it stands in the source."""

    text: str
    quoted: bool


class Set(NamedTuple):
    """One thing that a section says: an operator, a path, and a value that is no more nested.

    The first `plain` segments of the path stand before the operator; -1 where a `+` covers all.
    """

    op: str
    path: Path
    value: Any
    plain: int = 0


def read(text: str) -> dict[str, Any]:
    """The whole source, its scalars as `Word`s."""
    found = plain(yaml.compose(text, Loader=yaml.BaseLoader))
    assert isinstance(found, dict)
    return found


def plain(node: Any) -> Any:
    """A node of PyYAML as dict, list or Word. A key that stands twice is refused."""
    if isinstance(node, yaml.ScalarNode):
        return Word(node.value, node.style is not None)
    if isinstance(node, yaml.SequenceNode):
        return [plain(each) for each in node.value]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if key.value in found:
            raise Refused(f"the key {key.value} stands twice")
        found[key.value] = plain(value)
    return found


SEGMENT = re.compile(r'"((?:[^"\\]|\\["\\])*)"|\[([0-9]+)\]|([^\s.\[\]{}"$]+)')


def path_of(key: str) -> tuple[str, Path]:
    """A key's operator and its segments; a whole number is an int."""
    op, rest = (key[0], key[1:]) if key[:1] in "+~=" and key else ("", key)
    segments: list[Any] = []
    place = 0
    while place < len(rest):
        place += rest[place] == "."
        found = SEGMENT.match(rest, place)
        if found is None:
            raise Refused(f"{key} is no path")
        quoted, index, name = found.groups()
        if quoted is not None:
            segments.append(re.sub(r"\\(.)", r"\1", quoted))
        elif index is not None or name.isdigit():
            segments.append(int(index or name))
        else:
            segments.append(name)
        place = found.end()
    if not segments:
        raise Refused(f"{key} is no path")
    return op, tuple(segments)


def sets(section: dict[str, Any], op: str = "", above: Path = (), plain: int = 0) -> list[Set]:
    """What a section says, one by one: nested mappings and dotted paths mean the same."""
    found: list[Set] = []
    for key, value in section.items():
        own, path = path_of(key)
        whole = own or op
        before = len(above) if own and op != "+" else plain
        if isinstance(value, dict) and value and whole in ("", "+"):
            found += sets(value, whole, above + path, before)
        else:
            found.append(Set(whole, above + path, value, before))
    return found


def spell(path: Path) -> str:
    """A path as text, as it would be written."""
    made = ""
    for each in path:
        if isinstance(each, int):
            made += f"[{each}]"
        else:
            odd = re.search(r'[\s.\[\]{}"$]', each)
            made += ("." if made else "") + (f'"{each}"' if odd else each)
    return made
