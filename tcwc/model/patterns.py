"""Regular expressions that are compiled when they are first used.

Most of those in the modules that every `tcwc lint` imports are about what few experiments have, and
compiling them takes as long as importing ten modules.
"""

from __future__ import annotations

import re
from typing import cast

_METHODS = ("findall", "finditer", "fullmatch", "match", "pattern", "search", "split", "sub")


class _Pattern:
    """Becomes the compiled pattern: from its first use on it has the methods of that."""

    def __init__(self, text: str, flags: int) -> None:
        self._source = text, flags

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(*self._source)
        for each in _METHODS:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, later."""
    return cast("re.Pattern[str]", _Pattern(text, flags))
