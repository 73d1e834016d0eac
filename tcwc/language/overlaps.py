"""Assignments that are written together and meet: one of a section, another of a part of it.

A nested mapping is its leaves, so every assignment is a value that is put somewhere, or a deletion.
Which of two wins where one path leads to the other would be a matter of their order, and the order
of lines decides nothing. Items of a list are counted, so a deleted one moves those behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.config.merge import deletes_item, merges_nothing
from tcwc.model.ir import Assignment, Op, Path, Value

Pair = tuple[Assignment, Assignment]


def overlaps(made: Sequence[Assignment]) -> Iterator[Pair]:
    """Each assignment to a part of what another one sets as a whole, behind that one.

    Also those to a list of which another one deletes an item.
    """
    whole = {each.path: each for each in made}
    shifted = {each.path[:-1]: each for each in reversed(made) if deletes_item(each)}
    for each in made:
        above = (whole.get(each.path[:length]) for length in range(1, len(each.path)))
        beside = (shifted.get(each.path[:length]) for length in range(1, len(each.path)))
        found = next((other for other in (*above, *beside) if other not in (None, each)), None)
        if found is not None:
            yield found, each


def idle(made: Sequence[Assignment], there: Value) -> list[Assignment]:
    """The assignments that merge nothing into a section which stands there already.

    Where another one replaces or deletes that section, an empty mapping is no less than it says.
    """
    replaced = {each.path for each in made if each.op is not Op.SET or each.value != {}}
    return [
        each for each in made if merges_nothing(each, there) and not _within(each.path, replaced)
    ]


def _within(path: Path, sections: set[Path]) -> bool:
    return any(path[:length] in sections for length in range(1, len(path) + 1))
