"""The arguments of a resolver, `${oc.env:NAME,default}`: whether OmegaConf can read them.

They are never evaluated: what a resolver gives is known when the run starts. But what is written
wrongly stops the run there, and the references in them are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tcwc.config.interpolation.refused import Refused, skip
from tcwc.config.interpolation.syntax import Interpolation

_PLAIN = re.compile(r"[A-Za-z0-9_/\-+.$%*@?|:]|\\[\\()\[\]{}:=, \t]|\\|[ \t]+")
"""What stands in an argument without quotes."""
_KEY_END = re.compile(r"[ \t]*:[ \t]*")


Read = Callable[[str, int, int], "tuple[Interpolation, int]"]
"""Reads the `${...}` at a place of a text, at a depth: what it is, and where it ends."""


def arguments(
    text: str, start: int, at: int, depth: int, read: Read
) -> tuple[list[Interpolation], int]:
    """The `${...}` in the arguments that begin at a place, and where the resolver at `start` ends.

    Raises Refused.
    """
    reader = _Arguments(text, start, depth, read)
    end = reader.sequence(at, "}")
    return reader.inner, end


class _Arguments:
    """Reads the arguments of the resolver that begins at `start`."""

    def __init__(self, text: str, start: int, depth: int, read: Read) -> None:
        self._read = read
        self._text = text
        self._start = start
        self._depth = depth
        self.inner: list[Interpolation] = []

    def sequence(self, at: int, close: str) -> int:
        """Elements with commas between, some of them empty, up to the closing bracket."""
        return self._separated(at, close, self._element, empty=True)

    def _separated(self, at: int, close: str, read: Callable[[int], int], *, empty: bool) -> int:
        self._depth += 1
        if self._depth > 60:
            raise self._refused(at)
        text = self._text
        if self._ends(at, close):
            self._depth -= 1
            return skip(text, at) + 1
        while True:
            after = skip(text, at)
            if not (empty and text[after : after + 1] in (",", close)):
                at = read(at)
            at = skip(text, at)
            if text.startswith(close, at):
                self._depth -= 1
                return at + 1
            if not text.startswith(",", at):
                raise self._refused(at)
            at = skip(text, at + 1)

    def _ends(self, at: int, close: str) -> bool:
        return self._text.startswith(close, skip(self._text, at))

    def _element(self, at: int) -> int:
        first = self._text[at : at + 1]
        if first in ("'", '"'):
            return self._quoted(at, first)
        if first == "[":
            return self.sequence(skip(self._text, at + 1), "]")
        if first == "{":
            return self._separated(skip(self._text, at + 1), "}", self._pair, empty=False)
        return self._plain(at)

    def _pair(self, at: int) -> int:
        end = at
        while (found := _PLAIN.match(self._text, end)) and found[0] != ":":
            if found[0].isspace() and _KEY_END.match(self._text, end):
                break
            end = found.end()
        colon = _KEY_END.match(self._text, end)
        if colon is None or end == at:
            raise self._refused(end)
        return self._element(colon.end())

    def _quoted(self, at: int, quote: str) -> int:
        """The end of a quoted text; an even number of backslashes before a quote closes it."""
        slashes, at = 0, at + 1
        while at < len(self._text):
            character = self._text[at]
            if character == quote and not slashes % 2:
                return at + 1
            if self._text.startswith("${", at) and not slashes % 2:
                at = self._nested(at)
                slashes = 0
                continue
            slashes = slashes + 1 if character == "\\" else 0
            at += 1
        raise self._refused(at)

    def _plain(self, at: int) -> int:
        begin = at
        while True:
            if self._text.startswith("${", at):
                at = self._nested(at)
                continue
            found = _PLAIN.match(self._text, at)
            after = skip(self._text, at)
            if found is None or (after > at and self._text[after : after + 1] in ",}]"):
                break
            at = found.end()
        if at == begin:
            raise self._refused(at)
        return at

    def _nested(self, at: int) -> int:
        made, end = self._read(self._text, at, self._depth + 1)
        self.inner.append(made)
        return end

    def _refused(self, at: int) -> Refused:
        shown = self._text[self._start : self._start + 60]
        if at >= len(self._text):
            message = f"`{shown}` is never closed"
            return Refused(message, "close its brackets and quotes", self._start, len(self._text))
        message = f"`{shown}` cannot be read: `{self._text[at]}` cannot stand there"
        help = "put quotes around the argument: ${oc.env:NAME,'a (text)'}"
        return Refused(message, help, self._start, min(len(self._text), at + 1))
