"""Numbers of runs as people write them: `0-1, 5`."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def ranges(numbers: Iterable[int], shown: Callable[[int], str] = str, most: int = 8) -> str:
    """Ascending numbers as ranges, each as it is `shown`, with ", ..." behind `most` of them."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    listed = ", ".join(shown(a) if a == b else f"{shown(a)}-{shown(b)}" for a, b in found[:most])
    return listed + (", ..." if len(found) > most else "")
