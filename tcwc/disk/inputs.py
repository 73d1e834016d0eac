"""What is known of the files that runs read: size and time, hash, the revision of a hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from tcwc.model.frozen import dataclass

_CHUNK = 1 << 20


def digest(path: str) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    from hashlib import sha256  # loads OpenSSL

    made = sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            made.update(chunk)
    return made.hexdigest()


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it is: its size in bytes, and when it was last changed, in unix seconds."""

    size: int
    modified: int


def seen(path: str) -> Seen | None:
    """A file as it is; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return Seen(status.st_size, int(status.st_mtime))


def files_at(path: str) -> Iterator[str]:
    """The file at a path, or those below it, sorted; none where there is nothing."""
    if os.path.isfile(path):
        yield path
        return
    for above, folders, names in os.walk(path):
        folders.sort()
        yield from (os.path.join(above, name) for name in sorted(names))


_METADATA = os.path.join(".cache", "huggingface", "download")
_REVISION = frozenset("0123456789abcdef")


def hub_revision(path: str) -> str | None:
    """The commit of the Hugging Face hub that a file came with, as its download noted; None where
    nothing says.

    Downloads to a folder of one's own note it in `.cache/huggingface/download/NAME.metadata`, in
    the first line; a cache has it as a folder's name: `snapshots/COMMIT/NAME`.
    """
    folder, below = os.path.dirname(path), os.path.basename(path)
    for _ in range(4):
        noted = os.path.join(folder, _METADATA, f"{below}.metadata")
        with suppress(OSError, ValueError):
            with open(noted, encoding="utf-8") as file:
                commit = file.readline(200).strip()
            return commit if _is_commit(commit) else None
        if os.path.basename(os.path.dirname(folder)) == "snapshots":
            commit = os.path.basename(folder)
            return commit if _is_commit(commit) else None
        folder, name = os.path.dirname(folder), os.path.basename(folder)
        below = os.path.join(name, below)
    return None


def _is_commit(text: str) -> bool:
    return len(text) == 40 and set(text) <= _REVISION
