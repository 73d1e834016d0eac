"""One assignment after the other into a plain dict."""

from __future__ import annotations

from typing import Any

from tests.paper.reading import Path, Set
from tests.paper.refusal import Refused


def put(config: dict[str, Any], one: Set, lists: bool) -> None:
    """Make one assignment. `lists` says that what receives it takes a list for a mapping."""
    *way, last = one.path
    here: Any = config
    for each in way:
        here = step(here, each)
    if isinstance(here, list):
        into_list(here, one, last)
        return
    key = str(last)
    old = here.get(key)
    if one.op == "~":
        if key not in here:
            raise Refused(f"{one.path}: nothing to delete")
        del here[key]
        return
    if one.op != "=" and one.value is not None:
        clash(one, old, lists)
        if isinstance(old, dict) and one.value == {}:
            return
    here[key] = one.value


def step(here: Any, each: Any) -> Any:
    """Down one key; a mapping is made where nothing, or null, stands."""
    if isinstance(here, list):
        if not isinstance(each, int) or each >= len(here):
            raise Refused(f"no {each} in a list of {len(here)}")
        below = here[each]
    else:
        below = here.setdefault(str(each), {})
        if below is None:
            below = here[str(each)] = {}
    if not isinstance(below, dict | list):
        raise Refused(f"a key below {below}")
    return below


def into_list(here: list[Any], one: Set, last: Any) -> None:
    if not isinstance(last, int) or last >= len(here):
        raise Refused(f"no {last} in a list of {len(here)}")
    if one.op == "~":
        del here[last]
    else:
        if one.op != "=" and one.value is not None:
            clash(one, here[last], False)
        here[last] = one.value


def clash(one: Set, old: Any, lists: bool) -> None:
    """Refuse a scalar over a mapping and a mapping over a scalar."""
    many = isinstance(one.value, list) and lists
    if isinstance(old, dict) and not isinstance(one.value, dict) and not many:
        raise Refused(f"{one.path}: a value over a section")
    if isinstance(one.value, dict) and old is not None and not isinstance(old, dict):
        raise Refused(f"{one.path}: a section over a value")


def overlap(one: Path, other: Path) -> bool:
    """Whether one path is the other, or above it."""
    short, long = sorted((one, other), key=len)
    return long[: len(short)] == short


def apart(said: list[Set]) -> None:
    """Refuse two assignments of one section of which one sets what the other sets."""
    for place, one in enumerate(said):
        for other in said[:place]:
            if overlap(one.path, other.path):
                raise Refused(f"{one.path} and {other.path} are both set")
