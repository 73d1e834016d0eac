"""What keeps a build from being made."""

from __future__ import annotations


class BuildError(Exception):
    """A build that cannot be made: why, and the way out."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
