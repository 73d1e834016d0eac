"""Removes folders of checkpoints: no link is followed, and nothing outside of a run is touched.

A run's folder is opened once and what is in it is reached from there, so that whatever is renamed
meanwhile, or turned into a link, leads nowhere else.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tcwc.model.frozen import dataclass
from tcwc.model.job_files import IDENTITY, STAMP

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_READ = 1 << 16
_DEEPEST = 32
"""Folders within folders; checkpoints have one level or two."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A folder in a run's folder: its name, the bytes that its files take, and why it is not to be
    removed ("" where it may be)."""

    name: str
    bytes: int
    why: str = ""


class RunFolderChanged(OSError):
    """A run's folder is not any more what it was when it was looked at."""


def weigh(folder: str, names: list[str]) -> list[Weighed]:
    """What some folders in a run's folder hold. Raises OSError."""
    with _opened(folder) as (fd, device):
        return [_weighed(fd, device, name) for name in names]


def remove(folder: str, names: list[str], is_ours: Callable[[str | None], bool]) -> list[str]:
    """Remove folders in a run's folder, whose stamp is asked for once more, and whose text goes to
    `is_ours`; gives the names of those that are gone. Raises OSError, RunFolderChanged.
    """
    gone = []
    with _opened(folder) as (fd, device):
        if not is_ours(_stamp(fd)):
            raise RunFolderChanged(f"{folder} is another run's by now")
        for name in names:
            if not _weighed(fd, device, name).why:
                _remove(fd, name, device, 0)
                gone.append(name)
    return gone


@contextmanager
def _opened(folder: str) -> Iterator[tuple[int, int]]:
    """A folder, and the device that it is on. A link on the way to it is the author's; it is
    none itself, as its real path has none."""
    fd = os.open(os.path.realpath(folder), _FOLDER)
    try:
        yield fd, os.fstat(fd).st_dev
    finally:
        os.close(fd)


def _stamp(fd: int) -> str | None:
    """The text of `tcwc/run.json`; None where there is no such file."""
    with suppress(OSError, UnicodeDecodeError):
        inner = os.open(STAMP, _FOLDER, dir_fd=fd)
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(IDENTITY, flags, dir_fd=inner)
            try:
                is_file = stat.S_ISREG(os.fstat(file).st_mode)
                return os.read(file, _MOST_READ).decode() if is_file else None
            finally:
                os.close(file)
        finally:
            os.close(inner)
    return None


def _is_name(name: str) -> bool:
    """Whether a text names something in a folder, and nothing else."""
    return name not in ("", os.curdir, os.pardir) and "/" not in name and "\0" not in name


def _weighed(fd: int, device: int, name: str) -> Weighed:
    if not _is_name(name):
        return Weighed(name, 0, "it is no name of a folder")
    try:
        found = os.stat(name, dir_fd=fd, follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            return Weighed(name, 0, "it is a link")
        if not stat.S_ISDIR(found.st_mode):
            return Weighed(name, 0, "it is no folder")
        return Weighed(name, _size(fd, name, device, 0))
    except OSError as error:
        return Weighed(name, 0, error.strerror or str(error))


def _size(above: int, name: str, device: int, depth: int) -> int:
    """The bytes of what is in a folder. Raises OSError where it is not to be removed."""
    fd = os.open(name, _FOLDER, dir_fd=above)
    try:
        if os.fstat(fd).st_dev != device:
            raise OSError(0, "another disk is mounted in it")
        if depth > _DEEPEST:
            raise OSError(0, "it has folders in folders, too many for checkpoints")
        total = 0
        with os.scandir(fd) as entries:
            for each in entries:
                if each.is_dir(follow_symlinks=False):
                    total += _size(fd, each.name, device, depth + 1)
                else:
                    total += each.stat(follow_symlinks=False).st_size
        return total
    finally:
        os.close(fd)


def _remove(above: int, name: str, device: int, depth: int) -> None:
    """Remove a folder with all that is in it; of a link in it the link."""
    if not _is_name(name):
        raise OSError(0, "it is no name of a folder")
    fd = os.open(name, _FOLDER, dir_fd=above)
    try:
        if os.fstat(fd).st_dev != device or depth > _DEEPEST:
            raise OSError(0, "another disk is mounted in it")
        with os.scandir(fd) as entries:
            found = [(each.name, each.is_dir(follow_symlinks=False)) for each in entries]
        for inner, is_folder in found:
            if is_folder:
                _remove(fd, inner, device, depth + 1)
            else:
                os.unlink(inner, dir_fd=fd)
    finally:
        os.close(fd)
    os.rmdir(name, dir_fd=above)
