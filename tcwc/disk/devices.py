"""Locks of devices, so that no two runs of one user share one, whatever experiment they are of."""

from __future__ import annotations

import os
import re
import stat
import tempfile

_PLAIN = re.compile(r"[^A-Za-z0-9._-]")
_OWN = 0o700
_FIRST = 64
"""The lowest descriptor of a lock: scripts that are started with it use those of one digit."""


def folder() -> str:
    """Where the locks of this user are on this machine. Raises OSError."""
    path = os.path.join(tempfile.gettempdir(), f"tcwc-{os.getuid()}", "devices")
    for each in (os.path.dirname(path), path):
        os.makedirs(each, _OWN, exist_ok=True)
        found = os.lstat(each)
        # Anybody may make a folder there, under any name.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError(1, "it is another user's", each)
    return path


def hold(names: list[str]) -> list[int] | None:
    """Hold the locks of devices, all of them or none: their descriptors, or None where another
    has one. They are held until `release`, or the end of all processes that have them.

    Raises OSError.
    """
    held: list[int] = []
    try:
        for name in names:
            held.append(_open(name))
            if not _take(held[-1]):
                release(held)
                return None
    except BaseException:
        release(held)
        raise
    return held


def release(held: list[int]) -> None:
    """Let go of locks, also where a process that was started with them still lives."""
    for each in held:
        _unlock(each)
        os.close(each)


def _open(name: str) -> int:
    import fcntl

    path = os.path.join(folder(), f"{_PLAIN.sub('_', name)}.lock")
    made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        return fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, _FIRST)
    finally:
        os.close(made)


def _take(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(descriptor: int) -> None:
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_UN)
