"""The finding for a file named in a source that cannot be read."""

from __future__ import annotations

import re

from tcwc.model.diagnostics import Diagnostic, Fix, finding, replace_by
from tcwc.model.rules import UNREADABLE_FILE
from tcwc.model.source import Span
from tcwc.model.words import either

_OF_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class NotThere(FileNotFoundError):
    """There is no such file; `near` are those that may be meant, as a source would name them."""

    near: tuple[str, ...] = ()


def unreadable(name: str, span: Span, error: Exception) -> Diagnostic:
    """The finding for a file that is called so at a span."""
    why = "it is not UTF-8 text" if isinstance(error, ValueError) else "it cannot be read"
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    help, fix = _help(name, span, error)
    return finding(UNREADABLE_FILE, span, f"cannot read {name}: {why}", help=help, fix=fix)


def is_of_windows(path: str) -> bool:
    """Whether a path begins with a drive, or is that of a share: elsewhere it is one name."""
    return _OF_WINDOWS.match(path) is not None


def _help(name: str, span: Span, error: Exception) -> tuple[str, Fix | None]:
    if isinstance(error, ValueError):
        return "save it as UTF-8", None
    if isinstance(error, IsADirectoryError):
        return "name the file in that folder", None
    if near := error.near if isinstance(error, NotThere) else ():
        fix = replace_by(span, near[0]) if len(near) == 1 else None
        return f"did you mean {either(near)}?", fix
    if is_of_windows(name):
        return (
            "this is a path of Windows: write it as the machine has it where tcwc runs (in WSL, "
            "drive C: is /mnt/c), or relative to the folder of this file"
        ), None
    if name.startswith(("/", "~")):
        return "correct the path, or write it relative to the folder of this file", None
    return "a path is relative to the folder of this file", None
