"""How much of a text from outside is repeated in a message: enough to know it by."""

from __future__ import annotations

_TAIL = 200
"""Characters of the end of a message that stay: what it says of what it quotes."""


def cut(text: str, most: int = 40) -> str:
    """The beginning of a text, and ... where it goes on: at most so many characters in all."""
    return text if len(text) <= most else text[: most - 3] + "..."


def cut_inside(text: str, most: int) -> str:
    """A message that repeats pages of a source: its beginning and its end, and how much is left
    out between them. Fixes have the whole."""
    if len(text) <= most:
        return text
    left = len(text) - most
    return f"{text[: most - _TAIL]} ... ({left:,} characters more) ... {text[-_TAIL:]}"
