"""What keeps a build from being made, and a mapping from being built upon."""

from __future__ import annotations

from tcwc.model.printable import shell_path
from tcwc.model.problem import Problem

FOLDER = "FOLDER"
"""Stands for the output folder in the commands that the help of a LockError names."""


class BuildError(Problem):
    """A build that cannot be made."""


class LockError(Problem):
    """A mapping that must not be built upon. `line` counts from 1; 0 where it is the whole file.

    `folder` is the output folder that it lies in, as the help names it.
    """

    def __init__(self, message: str, help: str, line: int = 0, folder: str = "configs") -> None:
        super().__init__(message, help.replace(FOLDER, shell_path(folder)))
        self.line = line
        self.folder = folder
        self._help = help

    def in_folder(self, folder: str) -> LockError:
        """The same error, of the mapping in a folder."""
        return LockError(self.message, self._help, self.line, folder)
