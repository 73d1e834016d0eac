"""What a command cannot go on from: a stream that takes no more of what it prints.

A module of its own, since `tcwc --version` imports it.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import TextIO


class Unwritten(Exception):
    """A `stream` that takes no more, and the `error` that it gave.

    No OSError: commands tell of those as of files.
    """

    def __init__(self, stream: TextIO, error: OSError) -> None:
        super().__init__(str(error))
        self.stream, self.error = stream, error
