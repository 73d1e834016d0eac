"""Writes a file whole or not at all."""

from __future__ import annotations

import os


def replace_file(path: str, data: bytes, mode: int = 0o644) -> None:
    """Put a file in its place at once, over what is there. Raises OSError, and leaves that then."""
    temporary = f"{os.path.dirname(path)}/.tcwc-fix-{os.getpid()}-{os.urandom(4).hex()}.tmp"
    try:
        with open(temporary, "xb") as file:
            os.chmod(temporary, mode)
            file.write(data)
        os.replace(temporary, path)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)
