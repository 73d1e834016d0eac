"""Experiments of one call that have one output folder."""

from __future__ import annotations

import os

from tcwc.compilation import Compilation
from tcwc.diagnostics import Diagnostic, finding
from tcwc.owner import is_source
from tcwc.rules import SHARED_FOLDER


class SharedFolders:
    """The output folders of the experiments so far, by real path."""

    def __init__(self) -> None:
        self._owners: dict[str, Compilation] = {}

    def add(self, compilation: Compilation) -> list[Diagnostic]:
        """The next experiment; the finding where an earlier one has the same folder."""
        at = compilation.output_at
        if at is None:
            return []
        first = self._owners.setdefault(os.path.realpath(compilation.folder), compilation)
        if first is compilation or is_source(first.place, compilation.place.path):
            return []
        one, other = (os.path.normpath(c.place.path) for c in (first, compilation))
        message = f"{one} and {other} have one output folder: {compilation.folder}"
        help = "each build would remove the runs of the other: give one of them another `output:`"
        return [finding(SHARED_FOLDER, compilation.here(at), message, help=help)]
