"""Markdown with text from outside in it, which stays text: no markup, no link, nobody mentioned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tcwc.model.printable import printable
from tcwc.model.secrets import masked

_BACKTICKS = re.compile("`+")
_SPECIAL = re.compile(r"[\\`*<\[|~]|\b_|_\b")
_ENDS_A_CELL = re.compile(r"(?<=\\)(?=\|)")
"""Within code, too: in a table `\\|` is a backslash and the end of the cell."""


def code(text: str) -> str:
    """Text that Markdown takes as it is, whatever backticks are in it."""
    line = printable(masked(" ".join(text.split())), is_data=True)
    return "<!-- -->".join(map(_span, _ENDS_A_CELL.split(line)))


def _span(line: str) -> str:
    if not line:
        return "<code></code>"
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(line)), default=0))
    blank = " " if "`" in (line[:1], line[-1:]) else ""
    return f"{fence}{blank}{line}{blank}{fence}"


def plain(text: str) -> str:
    """Text outside of code, with what Markdown would read as markup escaped."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", printable(masked(text), is_data=True))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table, an empty one before it; none where there are no rows."""
    if rows:
        yield ""
        for cells in (head, ("---",) * len(head), *rows):
            # chr(92) is the backslash: before Python 3.12 none may stand within an f-string.
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
