"""Changes of a text, as edits: what kinds of corruptions are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Edit = tuple[int, int, str]
"""From which offset to which, and what stands there instead."""

Corruption = tuple[Edit, ...]

Change = Callable[[Random, str], "Corruption | None"]


def at(pattern: re.Pattern[str], change: Callable[[Random, str], str]) -> Change:
    """A change of one match of a pattern: of its group, where it has one."""

    def corrupt(random: Random, text: str) -> Corruption | None:
        places = [m.span(1 if m.re.groups else 0) for m in pattern.finditer(text)]
        if not places:
            return None
        start, end = random.choice(places)
        return ((start, end, change(random, text[start:end])),)

    return corrupt


def either(*made: Callable[[str], str]) -> Callable[[Random, str], str]:
    return lambda random, text: random.choice(made)(text)
