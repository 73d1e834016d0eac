"""Moves staged files into a folder, all or none: what goes is kept aside until all have come."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

_KEPT = ".old"
"""Ends the names of what is kept: none of these is that of a config."""


class Moves:
    """New files that take the place of old ones, one rename each.

    `keep` comes first, for each file that is to be replaced or removed: it has two names then, so
    that it can be put back by one rename too. Every method but `undo` raises OSError.
    """

    def __init__(self, staging: str, folder: str) -> None:
        self._staging = staging
        self._folder = folder
        self._touched: list[str] = []

    def keep(self, names: Iterable[str]) -> None:
        for name in names:
            if "/" in name:
                os.makedirs(os.path.dirname(f"{self._staging}/{name}"), exist_ok=True)
            _second_name(f"{self._folder}/{name}", f"{self._staging}/{name}{_KEPT}")

    def put(self, name: str) -> None:
        self._touched.append(name)  # before it is: Ctrl-C may come between the two
        if "/" in name:
            os.makedirs(os.path.dirname(f"{self._folder}/{name}"), exist_ok=True)
        os.replace(f"{self._staging}/{name}", f"{self._folder}/{name}")

    def drop(self, name: str) -> None:
        self._touched.append(name)
        os.unlink(f"{self._folder}/{name}")

    def sweep(self) -> None:
        """Remove folders below the folder that nothing is left in."""
        folders = {os.path.dirname(name) for name in self._touched if "/" in name}
        # The inner ones first: the outer ones may be left with nothing.
        outer = {os.path.dirname(each) for each in folders}
        for folder in (*sorted(folders), *sorted(outer - {""})):
            with suppress(OSError):
                os.rmdir(f"{self._folder}/{folder}")

    def undo(self) -> None:
        """All as it was, last things first; what the system refuses, the next build repairs."""
        for name in reversed(self._touched):
            here, kept = f"{self._folder}/{name}", f"{self._staging}/{name}{_KEPT}"
            with suppress(OSError):
                if os.path.lexists(kept):
                    os.replace(kept, here)  # does nothing where the old one is still there
                elif not os.path.lexists(f"{self._staging}/{name}"):
                    os.unlink(here)
        self.sweep()


def _second_name(path: str, second: str) -> None:
    """The same file by another name; a copy where the file system has no such thing."""
    try:
        os.link(path, second)
    except OSError:
        from shutil import copy2

        copy2(path, second, follow_symlinks=False)
