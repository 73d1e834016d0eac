"""`${...}` as OmegaConf means it, over plain dicts, each key computed when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.paper.naming import ABSENT
from tests.paper.reading import Path
from tests.paper.refusal import Late, Refused

OPEN = re.compile(r"(\\*)\$\{")
Look = Callable[[Path], Any]


def resolve(text: str, where: Path, look: Look) -> Any:
    """A string with its references followed; one reference alone keeps its type.

    Raises Refused where a reference names nothing, Late where it asks a resolver.
    """
    made: list[Any] = []
    place = 0
    while found := OPEN.search(text, place):
        slashes = len(found[1])
        made.append(text[place : found.start()] + "\\" * (slashes // 2))
        place = found.end()
        if slashes % 2:
            made.append("${")
            continue
        end = closing(text, place)
        made.append((follow(text[place:end], where, look),))
        place = end + 1
    made.append(text[place:])
    parts = [each for each in made if each != ""]
    if len(parts) == 1 and isinstance(parts[0], tuple):
        return parts[0][0]
    return "".join(str(each[0]) if isinstance(each, tuple) else each for each in parts)


def closing(text: str, place: int) -> int:
    """Where the brace closes that was opened before a place."""
    depth = 1
    for at in range(place, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at
    raise Refused(f"{text}: a reference that does not end")


def follow(inside: str, where: Path, look: Look) -> Any:
    """What a reference comes to; what stands in the braces may hold references itself."""
    if ":" in re.sub(r"\$\{[^}]*\}", "", inside):
        for each in parts(inside):
            follow(each, where, look)
        raise Late(f"{inside} is known when the run starts")
    name = str(resolve(inside, where, look)) if "${" in inside else inside
    dots = len(name) - len(name.lstrip("."))
    above = where[: len(where) - dots] if dots else ()
    steps = [a or b for a, b in re.findall(r"\[([^\]]*)\]|([^.\[\]]+)", name[dots:])]
    target = (*above, *(int(each) if each.isdigit() else each for each in steps))
    found = look(target)
    if found is ABSENT:
        raise Refused(f"${{{inside}}} names nothing")
    return found


def parts(text: str) -> list[str]:
    """The insides of all references in a string, nested ones as they stand."""
    found, place = [], 0
    while hit := OPEN.search(text, place):
        place = hit.end()
        if len(hit[1]) % 2 == 0:
            found.append(text[place : closing(text, place)])
    return found
