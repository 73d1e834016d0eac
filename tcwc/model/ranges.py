"""Numbers of runs as people write them: `0-1, 5`."""

from __future__ import annotations

from collections.abc import Iterable


def ranges(numbers: Iterable[int], most: int = 8) -> str:
    """Ascending numbers as ranges, with ", ..." where there are more than `most` ranges."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    listed = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in found[:most])
    return listed + (", ..." if len(found) > most else "")
