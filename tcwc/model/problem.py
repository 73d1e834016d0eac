"""Exceptions for people: what is wrong, and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.model.cut import cut_inside
from tcwc.model.limits import HELP, MESSAGE


class Problem(Exception):
    """What is wrong, in a `message`, and the way out, in a `help`; `details` are lines below the
    message, `example` are lines below the help."""

    def __init__(
        self, message: str, help: str, details: Sequence[str] = (), example: Sequence[str] = ()
    ) -> None:
        # They repeat what a file, its name or a command line says, and that may be pages.
        self.message = cut_inside(message, MESSAGE.at_most)
        self.help = cut_inside(help, HELP.at_most)
        self.details = tuple(cut_inside(each, MESSAGE.at_most) for each in details)
        super().__init__("\n".join([self.message, *self.details]))
        self.example = tuple(example)

    def __repr__(self) -> str:
        said = "; ".join([self.message, *self.details])
        return f"{type(self).__name__}({said!r}, help={self.help!r})"
