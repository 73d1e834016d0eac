"""Writes files that are not there yet: all of them or none, and never over what is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress


def write_new(files: Mapping[str, str]) -> None:
    """Files with their texts, in folders that are made where there are none.

    Raises OSError, FileExistsError among them, with the path that it is about; then none of the
    files is left.
    """
    made: list[str] = []
    try:
        for path, text in files.items():
            os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
            with open(path, "xb") as file:  # what is there, a link too, is somebody's
                made.append(path)
                file.write(text.encode())
    except BaseException:  # Ctrl-C too
        for path in made:
            with suppress(OSError):
                os.unlink(path)
        raise
