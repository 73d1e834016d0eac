"""Numbers of runs as people, and as programs, write them: `0-1, 5`."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def ranges(numbers: Iterable[int], shown: Callable[[int], str] = str, most: int = 8) -> str:
    """Ascending numbers as ranges, each as it is `shown`, with ", ..." behind `most` of them."""
    found = neighbours(numbers)
    listed = ", ".join(shown(a) if a == b else f"{shown(a)}-{shown(b)}" for a, b in found[:most])
    return listed + (", ..." if len(found) > most else "")


def neighbours(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as the first and the last of those that follow each other."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found
