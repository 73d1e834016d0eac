"""Exceptions for people: what is wrong, and the way out."""

from __future__ import annotations


class Problem(Exception):
    """What is wrong, in a `message`, and the way out, in a `help`."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
