"""Runs in words: their levels, and lists of ids."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.builds.matching import run_number
from tcwc.config.canonical import flow
from tcwc.model.cut import cut
from tcwc.model.ir import Value
from tcwc.model.printable import printable
from tcwc.model.ranges import ranges

WIDTH = 100


def numbered(ids: Sequence[str]) -> str:
    """ "runs 0-1, 5": ids as ranges of their numbers, in words."""
    numbers = sorted(number for id in ids if (number := run_number(id)) is not None)
    return f"run{'' if len(numbers) == 1 else 's'} {ranges(numbers)}"


def level_text(value: Value, component: str | None, width: int | None = WIDTH) -> str:
    """A level in words: text without quotes, a component by its name; cut to `width`.

    `component` is the key under which the target's configs have that name.
    """
    if width and component is not None and isinstance(value, dict):
        name = value.get(component)
        if isinstance(name, str):
            return name.rpartition(".")[2]
    text = printable(value if isinstance(value, str) else flow(value), is_data=True)
    return text if width is None else cut(text, width)
