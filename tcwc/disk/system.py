"""The system calls of the writer."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from tcwc.disk.boundary import real_path
from tcwc.disk.errors import WriteError
from tcwc.model.limits import CONFIG, Limit
from tcwc.model.printable import shell_path

# O_NOFOLLOW: a link may lead out of the folder. O_NONBLOCK: to open a pipe waits for its writer.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
# O_EXCL: never over what is there, nor through a link.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_BINARY = getattr(os, "O_BINARY", 0)


def real_folder(folder: str) -> str:
    """The absolute path of an output folder, which must be no link that leads elsewhere."""
    path = os.path.abspath(folder)
    if not os.path.islink(path):
        return path
    parent, target = real_path(os.path.dirname(path)), real_path(path)
    if os.path.commonpath((parent, target)) != parent:
        raise WriteError(
            f"{folder} is a symbolic link that leads to {target}",
            f"name that folder itself: -o {shell_path(target)}",
        )
    return target


def read(path: str, size: int | None, limit: Limit = CONFIG) -> bytes | None | Exception:
    """A file's first `size` bytes (or all, up to a limit); None if there is none, an error if it is
    no file."""
    try:
        fd = os.open(path, _READ | _BINARY)
    except FileNotFoundError:
        return None
    except OSError:
        # O_NOFOLLOW fails with ELOOP, on some systems (BSD) with another error.
        if os.path.islink(path):
            return ValueError("it is a symbolic link")
        raise
    try:
        # Asked of what was opened: by now the path may be another file's.
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            is_folder = stat.S_ISDIR(status.st_mode)
            return ValueError("it is a folder" if is_folder else "it is not a file")
        if size is None and status.st_size > limit.at_most:
            return ValueError(f"it is larger than {limit}")
        return os.read(fd, size) if size is not None else _read_all(fd)
    finally:
        os.close(fd)


def _read_all(fd: int) -> bytes:
    chunks = []
    while chunk := os.read(fd, 1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


def write_new(path: str, data: bytes) -> None:
    """A new file, its permissions by the umask."""
    fd = os.open(path, _NEW | _BINARY, 0o666)
    try:
        # write(2) may take a part only, as on a disk that is filling up.
        written = _write(fd, data)
        while written < len(data):
            written += _write(fd, data[written:])
    finally:
        os.close(fd)


_write = os.write
"""The seam at which tests fill the disk."""


def files_in(path: str) -> int:
    """How many files a folder has; 0 where that cannot be told."""
    with suppress(OSError), os.scandir(path) as entries:
        return sum(1 for _ in entries)
    return 0


def remove(path: str) -> None:
    """A temporary file or folder, with all in it; what cannot be removed stays for the next
    build."""
    with suppress(OSError):
        if os.path.islink(path) or not os.path.isdir(path):
            os.unlink(path)
            return
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    remove(entry.path)
                else:
                    os.unlink(entry.path)
        os.rmdir(path)


def is_running(process: int) -> bool:
    """Whether a process of this machine is there; false where that cannot be told."""
    # On Windows os.kill does not ask: 0 is CTRL_C_EVENT there, and would be sent.
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except PermissionError:  # it is there, and another user's
        return True
    except (OSError, OverflowError):  # the number is from a file's name, and may be beyond all
        return False
    return True
