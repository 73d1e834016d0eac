"""Tables of as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

_BETWEEN = "  "


def in_columns(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, always: int, width: int
) -> list[str]:
    """The line of the heads, and one of each row. The first columns stand there `always`, however
    narrow it is; the others where they are within a `width`."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    shown = always
    while shown < len(widths) and sum(widths[: shown + 1]) + len(_BETWEEN) * shown <= width:
        shown += 1
    return [_line(each[:shown], widths) for each in (heads, *rows)]


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (f"{text:<{wide}}" for text, wide in zip(texts, widths, strict=False))
    return _BETWEEN.join(padded).rstrip()
