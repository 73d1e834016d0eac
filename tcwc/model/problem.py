"""Exceptions for people: what is wrong, and the way out."""

from __future__ import annotations

from collections.abc import Sequence


class Problem(Exception):
    """What is wrong, in a `message`, and the way out, in a `help`; `details` are lines below the
    message, `example` are lines below the help."""

    def __init__(
        self, message: str, help: str, details: Sequence[str] = (), example: Sequence[str] = ()
    ) -> None:
        super().__init__("\n".join([message, *details]))
        self.message = message
        self.help = help
        self.details = tuple(details)
        self.example = tuple(example)

    def __repr__(self) -> str:
        said = "; ".join([self.message, *self.details])
        return f"{type(self).__name__}({said!r}, help={self.help!r})"
