"""Runs in words: their levels, and lists of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tcwc.builds.matching import run_number
from tcwc.config.canonical import flow
from tcwc.model.cut import cut
from tcwc.model.ir import Value
from tcwc.model.printable import printable
from tcwc.model.ranges import ranges
from tcwc.model.secrets import masked_value

_WIDTH = 100


def level_list(parameters: Mapping[str, Value], component: str | None) -> str:
    """`lora_rank=8, optimizer.lr=0.0001`, long sections cut."""
    return ", ".join(
        f"{name}={level_text(masked_value(name, value), component)}"
        for name, value in parameters.items()
    )


def numbered(ids: Sequence[str]) -> str:
    """ "runs 0-1, 5": ids as ranges of their numbers, in words."""
    numbers = sorted(number for id in ids if (number := run_number(id)) is not None)
    return f"run{'' if len(numbers) == 1 else 's'} {ranges(numbers)}"


def level_text(value: Value, component: str | None, width: int | None = _WIDTH) -> str:
    """A level in words: text without quotes, a component by its name; cut to `width`.

    `component` is the key under which the target's configs have that name.
    """
    if width and component is not None and isinstance(value, dict):
        name = value.get(component)
        if isinstance(name, str):
            return name.rpartition(".")[2]
    text = printable(value if isinstance(value, str) else flow(value), is_data=True)
    return text if width is None else cut(text, width)
