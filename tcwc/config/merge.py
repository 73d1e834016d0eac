"""How an assignment changes a config: deep merge for mappings, replacement for the rest.

Pure: a config is never changed, only the containers along an assigned path are copied, so that
the variants of a config share all that they have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from tcwc.model.cut import cut
from tcwc.model.ir import Assignment, Op, Path, Value, format_path
from tcwc.model.patterns import pattern
from tcwc.model.problem import Problem

_MARK = pattern("_.+_")
"""A key such as `_this_` says what a section is, and is rarely what its author wants to set."""


class Conflict(Problem):
    """An assignment that does not fit what is there. `index` is true for a missing list index.

    `over` is the path of the list or the value to which a key is set; () where there is none.
    """

    def __init__(
        self,
        message: str,
        help: str,
        *,
        index: bool = False,
        absent: bool = False,
        over: Path = (),
    ) -> None:
        super().__init__(message, help)
        self.index = index
        self.absent = absent
        self.over = over


_Fresh = dict[int, Value]
"""The containers that a merge has made, by identity: it may change them, and has not to copy each
again for every assignment."""


def merge(config: dict[str, Value], assignments: Iterable[Assignment]) -> dict[str, Value]:
    """The config with all assignments applied in order. Raises `Conflict`."""
    fresh: _Fresh = {}
    for each in assignments:
        config = cast("dict[str, Value]", _assign(config, each, 0, fresh))
    return config


def merge_what_fits(
    config: dict[str, Value], assignments: Iterable[Assignment]
) -> dict[str, Value]:
    """The same without those that conflict, which are reported elsewhere."""
    fresh: _Fresh = {}
    for each in assignments:
        try:
            config = cast("dict[str, Value]", _assign(config, each, 0, fresh))
        except Conflict:
            continue
    return config


def lookup(config: Value, path: Sequence[str | int]) -> tuple[bool, Value]:
    """Whether a path is there, and its value."""
    for segment in path:
        if isinstance(segment, str):
            if not isinstance(config, dict) or segment not in config:
                return False, None
            config = config[segment]
        else:
            # A `${list[-1]}` names an index that counts from the end, and only to some releases.
            if not isinstance(config, list) or not 0 <= segment < len(config):
                return False, None
            config = config[segment]
    return True, config


def deletes_item(assignment: Assignment) -> bool:
    """Whether an assignment deletes an item of a list, so that those behind it move."""
    return assignment.op is Op.DELETE and isinstance(assignment.path[-1], int)


def merges_nothing(assignment: Assignment, there: Value) -> bool:
    """Whether an assignment is an empty mapping over a section, which stays as it is."""
    empty = assignment.op is Op.SET and assignment.value == {}
    return empty and isinstance(lookup(there, assignment.path)[1], dict)


def _assign(here: Value, assignment: Assignment, depth: int, fresh: _Fresh) -> Value:
    """`here`, the value at the first `depth` segments of the path, with the rest assigned.

    Nothing is changed before all that may conflict has been looked at.
    """
    path = assignment.path
    segment = path[depth]
    last = depth == len(path) - 1
    if isinstance(here, list):
        _check_index(here, segment, path[:depth])
        items = here if id(here) in fresh else list(here)
        fresh[id(items)] = items
        index = cast(int, segment)
        if not last:
            items[index] = _assign(items[index], assignment, depth + 1, fresh)
        elif assignment.op is Op.DELETE:
            del items[index]
        else:
            items[index] = _leaf(items[index], assignment)
        return items
    if isinstance(segment, int):
        name = format_path(path[:depth])
        raise Conflict(
            f"{f'`{name}`' if name else 'this section'} is no list, so it has no [{segment}]",
            f"name a key of it{f': {name}.key' if name else ''}; a key of digits is written "
            f"'\"{segment}\"', in quotes of both kinds",
            index=True,
        )
    if here is not None and not isinstance(here, dict):
        raise Conflict(
            f"`{format_path(path[:depth])}` is {_show(here)}, not a section with keys",
            f"set `{format_path(path[:depth])}` itself, without a key below it",
            over=path[:depth],
        )
    entries = here if here is not None and id(here) in fresh else dict(here or {})
    fresh[id(entries)] = entries
    if assignment.op is Op.DELETE and (here is None or segment not in entries):
        raise Conflict(
            f"there is no `{format_path(path)}` to delete", "remove the line", absent=True
        )
    if not last:
        entries[segment] = _assign(entries.get(segment), assignment, depth + 1, fresh)
    elif assignment.op is Op.DELETE:
        del entries[segment]
    else:
        entries[segment] = _leaf(entries.get(segment), assignment)
    return entries


def _leaf(old: Value, assignment: Assignment) -> Value:
    """The value that stands at the end of an assigned path."""
    new, name = assignment.value, format_path(assignment.path)
    if assignment.op is Op.REPLACE or new is None or old is None:
        return new
    if isinstance(new, dict):
        if isinstance(old, dict):
            # The keys of a section come as assignments of their own; an empty one merges nothing.
            return new or old
        raise Conflict(
            f"`{name}` is {_show(old)}, and a section with keys would replace it",
            f"write `={name}:` to replace it",
        )
    if not isinstance(old, dict):
        return new
    if isinstance(new, list):
        if assignment.as_section:
            return new
        raise Conflict(
            f"`{name}` is a section with keys, and a list would replace it",
            f"set one of its keys ({_some(old, name)}), or write `={name}:` to replace it",
        )
    raise Conflict(
        f"`{name}` is a section with keys, and {_show(new)} would replace it",
        f"set one of its keys ({_some(old, name)}), or write `={name}:` to replace it",
    )


def _check_index(items: list[Value], segment: str | int, path: Path) -> None:
    name = format_path(path)
    if isinstance(segment, str):
        raise Conflict(
            f"`{name}` is a list of {len(items)}, so it has no key `{segment}`",
            f"say which item is meant: {name}[0].{segment}",
            over=path,
        )
    if segment >= len(items):
        highest = f"the last one is {name}[{len(items) - 1}]" if items else "the list is empty"
        raise Conflict(f"`{name}` has no [{segment}]", highest, index=True)


def _show(value: Value) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    return cut(str(value))


def _some(section: dict[str, Value], name: str) -> str:
    keys = [f"{name}.{key}" for key in section if not _MARK.fullmatch(key)][:3]
    return ", ".join(keys) or "it has none"
