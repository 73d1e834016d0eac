"""What hatch calls for each wheel: makes the completions, which are in no checkout."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts them where `tcwc completion` reads them, and what calls it where shells look."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them: beside the sources for an editable install, else in a folder of their own."""
        sys.path.insert(0, self.root)
        from tools.completions import LOADERS, completions, write

        if version == "editable":
            write(Path(self.root, "completions"), completions())
            return
        self._scratch = tempfile.TemporaryDirectory(prefix="tcwc-build-")
        made, loaders = Path(self._scratch.name, "made"), Path(self._scratch.name, "loaders")
        write(made, completions())
        write(loaders, LOADERS)
        build_data["force_include"][str(made)] = "tcwc/_data/completions"
        build_data["shared_data"] |= {str(loaders / name): name for name in LOADERS}

    def finalize(self, version: str, *_: object) -> None:
        """Leave nothing behind."""
        if version != "editable":
            self._scratch.cleanup()
