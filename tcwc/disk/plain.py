"""Reads plain files, and nothing else: what is none never keeps a reader waiting.

A pipe waits for who writes to it, a device may never end, and what a kernel makes up as it is read
(`/proc`, `/sys`) says another size than it has, and may hold the environment of this process. So a
file is asked what it is before it is opened, and again of what was opened, without waiting; and it
has to have as many bytes as it says.
"""

from __future__ import annotations

import errno
import os
import stat

from tcwc.model.limits import HEAD, SOURCE

_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_CHUNK = 1 << 20


def read_plain(path: str, most: int = SOURCE.at_most) -> bytes:
    """The bytes of a plain file. Raises OSError, also for what is none or is larger than `most`."""
    fd = _opened(path)
    try:
        size = os.fstat(fd).st_size
        if size > most:
            raise OSError(errno.EFBIG, f"larger than {_shown(most)}", path)
        data = _read(fd, most + 1)
        if len(data) > most:
            raise OSError(errno.EFBIG, f"larger than {_shown(most)}", path)
        # A file that is being written has the new size by now; what has none at all is made up.
        if len(data) != size and len(data) != os.fstat(fd).st_size:
            raise _not_plain(path)
        return data
    finally:
        os.close(fd)


def read_head(path: str, count: int = HEAD.at_most) -> bytes:
    """The first bytes of a plain file of any size. Raises OSError."""
    fd = _opened(path)
    try:
        data = _read(fd, count)
        if len(data) < min(count, os.fstat(fd).st_size) or (data and not os.fstat(fd).st_size):
            raise _not_plain(path)
        return data
    finally:
        os.close(fd)


def _opened(path: str) -> int:
    # To open some devices does something to them; whether this is one is asked before.
    _check(os.stat(path).st_mode, path)
    fd = os.open(path, _OPEN)
    try:
        _check(os.fstat(fd).st_mode, path)
    except OSError:
        os.close(fd)
        raise
    return fd


def _check(mode: int, path: str) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        raise _not_plain(path)


def _not_plain(path: str) -> OSError:
    return OSError(errno.EINVAL, "it is no plain file", path)


def _read(fd: int, most: int) -> bytes:
    chunks, left = [], most
    while left and (chunk := os.read(fd, min(left, _CHUNK))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _shown(size: int) -> str:
    return f"{size // 1_000_000} MB"
