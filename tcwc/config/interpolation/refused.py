"""What both parts of the parser need: a refusal, and the spaces that count for nothing."""

from __future__ import annotations

import re

from tcwc.model.problem import Problem

_SPACES = re.compile(r"[ \t]*")


class Refused(Problem):
    """Why a text cannot be read, from where to where."""

    def __init__(self, message: str, help: str, start: int, end: int) -> None:
        super().__init__(message, help)
        self.start = start
        self.end = end


def skip(text: str, at: int) -> int:
    """The next place that is no space."""
    found = _SPACES.match(text, at)
    return found.end() if found else at
