"""One build of an experiment at a time."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tcwc.disk.errors import WriteError

_HELD = frozenset((errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES))
_PAUSE = 0.05


@contextmanager
def exclusive(
    folder: str, *, timeout: float = 60.0, on_wait: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Holds the lock of a folder, to be kept from reading the old mapping to writing the new one.

    Waits at most `timeout` seconds for another build (and calls `on_wait` once when it starts to),
    then raises WriteError. The lock dies with the process, leaves no file behind, and needs no
    right to write. Where the system or the file system has none (Windows, some NFS), the build
    goes on without.
    """
    fd = _open(folder)
    try:
        if fd is not None:
            _acquire(fd, folder, timeout, on_wait)
        yield
    finally:
        if fd is not None:
            os.close(fd)


def _open(folder: str) -> int | None:
    # The folder itself is locked: a lock file would stay behind, and need the right to write it.
    with suppress(OSError):
        return os.open(folder or ".", os.O_RDONLY)
    return None


def _acquire(fd: int, folder: str, timeout: float, on_wait: Callable[[], None]) -> None:
    if _try(fd):
        return
    on_wait()
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        time.sleep(_PAUSE)
        if _try(fd):
            return
    raise WriteError(
        f"another build is at work in {folder or '.'} (waited {timeout:.0f} s)",
        "wait until it has ended, then build again",
    )


def _try(fd: int) -> bool:
    """Whether the lock is held now, or there is none to hold."""
    try:
        import fcntl

        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return True
    except OSError as error:
        # Anything else (EBADF, ENOLCK, EOPNOTSUPP on network file systems): no locks there.
        return error.errno not in _HELD
    return True
