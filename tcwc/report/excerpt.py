"""A line of a source as a terminal shows it, and which of its columns a span is under."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

_CUT = "..."
_TAB = 4
_REACH = 4
"""Characters to each side that are looked at, for a column that is shown: some take none."""


def excerpt(line: str, start: int, end: int, width: int) -> tuple[str, int, int]:
    """A line, cut to so many columns around the characters from `start` to before `end`.

    Given are what is shown, and from which column on how many are those characters': at least one.
    """
    # A line may be a million characters, and many findings are in it.
    skipped = max(0, start - _REACH * width)
    rest = len(line) > start + _REACH * width
    line, start, end = line[skipped : start + _REACH * width], start - skipped, end - skipped
    cells = [_cell(char) for char in line] if not _is_plain(line) else list(line)
    columns = [0]
    for at, cell in enumerate(cells):
        if cell == "\t":
            cells[at] = " " * (_TAB - columns[-1] % _TAB)
        columns.append(columns[-1] + _columns(cells[at]))
    first, last = _window(columns, min(start, len(cells)), width)
    before = _CUT if first or skipped else ""
    after = _CUT if last < len(cells) or rest else ""
    shown = before + "".join(cells[first:last]) + after
    at = len(before) + columns[min(start, len(cells))] - columns[first]
    stop = min(max(end, start), last)
    return shown, at, max(1, columns[stop] - columns[min(start, stop)])


def _window(columns: list[int], start: int, width: int) -> tuple[int, int]:
    """The characters that are shown: all, or those around one, with room for marks of the cuts."""
    count = len(columns) - 1
    if columns[-1] <= width:
        return 0, count
    room = max(width - 2 * len(_CUT), 1)
    # A third of the room is for what stands before, and at the end of a line more.
    left = min(columns[start] - room // 3, columns[-1] - room)
    first = min(bisect_left(columns, left), start)
    return first, max(first + 1, bisect_right(columns, columns[first] + room) - 1)


def _is_plain(line: str) -> bool:
    return line.isascii() and line.isprintable()


def _cell(char: str) -> str:
    """A character without what would move or hide the pointer below it."""
    return char if char.isprintable() or char == "\t" else "\N{REPLACEMENT CHARACTER}"


def _columns(cell: str) -> int:
    """How many columns a terminal takes for a cell: two for wide letters, none for accents."""
    if cell.isascii():
        return len(cell)
    from unicodedata import combining, east_asian_width  # most sources are ASCII

    if combining(cell):
        return 0
    return 2 if east_asian_width(cell) in "WF" else 1
