"""Source texts and the spans in them. Knows nothing of the rest of tcwc."""

from __future__ import annotations

from bisect import bisect_right

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source text, from its first character to just behind its last.

    Lines and columns count from 1, columns in characters (not bytes), as editors show them.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class SourceText:
    """A named text that turns character offsets into spans.

    Only line feeds end lines (a carriage return before one belongs to the line's end), so that
    the numbers agree with editors and with git, whatever YAML itself counts as a line break.
    `is_outside`: it is of a file outside of the repository, and no line of it is printed.
    """

    __slots__ = ("_starts", "is_outside", "name", "text")

    def __init__(self, name: str, text: str, *, is_outside: bool = False) -> None:
        self.name = name
        self.is_outside = is_outside
        self.text = text
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span from offset `start` to just before offset `end`."""
        return Span(self.name, *self.position(start), *self.position(max(start, end)))

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line and a column, both from 1."""
        return self._starts[line - 1] + column - 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its line end; empty past the last."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")
