"""What a folder holds, as a hash: the same wherever it lies, and in whatever order it is read."""

from __future__ import annotations

import os

from tcwc.disk.inputs import digest, files_at
from tcwc.model.signature import sha256_text


def contents_hash(folder: str) -> str:
    """The SHA-256 over the names and bytes of a folder's files; "" where it is not there.

    What programs leave there (`__pycache__`, files with a dot) does not count. Raises OSError.
    """
    if not os.path.exists(folder):
        return ""
    lines = []
    for path in files_at(folder):
        if os.path.exists(path) and not os.path.isfile(path):
            continue  # a pipe or a socket, which holds nothing
        parts = os.path.relpath(path, folder).split(os.sep)
        if path == folder or not any(each.startswith((".", "__pycache__")) for each in parts):
            lines.append(f"{digest(path)} {'/'.join(parts)}")
    lines.sort()
    return sha256_text("\n".join(lines))
