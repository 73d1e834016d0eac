"""The finding for a file named in a source that cannot be read."""

from __future__ import annotations

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.outside import OutsideError, forbidden
from tcwc.model.rules import OUTSIDE_FILE, UNREADABLE_FILE
from tcwc.model.source import Span


def unreadable(name: str, span: Span, error: Exception) -> Diagnostic:
    """The finding for a file that is called so at a span."""
    if isinstance(error, OutsideError):
        return refused(name, span)
    why = "it is not UTF-8 text" if isinstance(error, ValueError) else "it cannot be read"
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    return finding(
        UNREADABLE_FILE,
        span,
        f"cannot read {name}: {why}",
        help="save it as UTF-8"
        if isinstance(error, ValueError)
        else "name the file in that folder"
        if isinstance(error, IsADirectoryError)
        else "a path is relative to the folder of this file",
    )


def refused(name: str, span: Span) -> Diagnostic:
    """The finding for a file outside of the repository, where none may be read."""
    message = f"{name} is outside of the repository, and nothing outside of it may be read here"
    return finding(OUTSIDE_FILE, span, message, help=forbidden())


def unfit(name: str, span: Span, what: str) -> Diagnostic:
    """The finding for a file outside of the repository that is not what it is named as."""
    return finding(
        UNREADABLE_FILE,
        span,
        f"{name} is no {what} that can be read; what is wrong in it is not shown, as it is outside "
        "of the repository",
        help="lint it where it is, or copy it into the repository",
    )
