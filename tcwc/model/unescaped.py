"""A YAML text with what its escapes stand for: a word with one in it is told for what it is.

Escapes count wherever they are, in quotes or not: which quotes are a string's only a reader knows,
and what is taken for too much here is hidden too much.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from tcwc.model.patterns import pattern

_ESCAPE = pattern(
    r"\\(?:x(?P<two>[0-9A-Fa-f]{2})|u(?P<four>[0-9A-Fa-f]{4})|U(?P<eight>000[0-9A-Fa-f]{5})"
    r"|\r?\n[ \t]*|(?P<itself>[\\/\"]))"
)


class Unescaped:
    """The `text` that another one stands for, and where each place of it is in that one."""

    def __init__(self, written: str) -> None:
        self._starts, self._shifts = [0], [0]
        if "\\" not in written:
            self.text = written
            return
        parts, at, size = [], 0, 0
        for found in _ESCAPE.finditer(written):
            char = _char(found)
            if "\n" in char or "\r" in char:  # lines stay what they are
                continue
            parts += [written[at : found.start()], char]
            size += found.start() - at + len(char)
            at = found.end()
            if char:  # itself, all of it
                self._note(size - len(char), found.start() - (size - len(char)))
            self._note(size, at - size)
        self.text = "".join(parts) + written[at:]

    def _note(self, start: int, shift: int) -> None:
        self._starts.append(start)
        self._shifts.append(shift)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the text is written."""
        return self._place(start), self._place(end)

    def _place(self, at: int) -> int:
        return at + self._shifts[bisect_right(self._starts, at) - 1]


def _char(found: re.Match[str]) -> str:
    """What an escape stands for."""
    digits = found["two"] or found["four"] or found["eight"]
    if digits:
        number = int(digits, 16)
        return chr(number) if number < 0x110000 else ""
    return found["itself"] or ""
