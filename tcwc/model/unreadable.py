"""The finding for a file named in a source that cannot be read."""

from __future__ import annotations

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.rules import UNREADABLE_FILE
from tcwc.model.source import Span


def unreadable(name: str, span: Span, error: Exception) -> Diagnostic:
    """The finding for a file that is called so at a span."""
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
