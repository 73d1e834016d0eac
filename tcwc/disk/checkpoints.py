"""Removes folders of checkpoints: no link is followed, and nothing outside of a run is touched.

A run's folder is opened once and what is in it is reached from there, so that whatever is renamed
meanwhile, or turned into a link, leads nowhere else. What came into a checkpoint after its training
had ended is somebody's, and stays with it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tcwc.model.frozen import dataclass
from tcwc.model.job_files import IDENTITY, PRUNED, STAMP

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_READ = 1 << 16
_DEEPEST = 32
"""Folders within folders; checkpoints have one level or two."""
_SLACK = 60
"""Seconds after the end of a training in which what it left may still be copied or flushed."""
_MOUNTED = "another disk is mounted in it"
_MOUNT = re.compile(r"^mnt_id:\s*(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Place:
    """The folder of a run, opened: where it is mounted, and when its training ended (0: nobody
    knows)."""

    fd: int
    mount: tuple[int, str]
    ended: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A folder in a run's folder: its name, the bytes that its files take, and why it is not to be
    removed ("" where it may be)."""

    name: str
    bytes: int
    why: str = ""


class RunFolderChanged(OSError):
    """A run's folder is not any more what it was when it was looked at."""


def weigh(folder: str, names: list[str], end: str = "") -> list[Weighed]:
    """What some folders in a run's folder hold; `end` is the file of its stamp that was written
    when the training ended. Raises OSError."""
    with _opened(folder, end) as place:
        return [_weighed(place, name) for name in names]


def remove(
    folder: str, names: list[str], is_ours: Callable[[str | None], bool], end: str = ""
) -> list[str]:
    """Remove folders in a run's folder, whose stamp is asked for once more, and whose text goes to
    `is_ours`; gives the names of those that are gone. Raises OSError, RunFolderChanged.

    The stamp says of each that it was removed, before it is: else nobody could tell it from one
    that got lost.
    """
    gone = []
    with _opened(folder, end) as place:
        if not is_ours(_stamp(place.fd)):
            raise RunFolderChanged(f"{folder} is another run's by now")
        for name in names:
            if not _weighed(place, name).why:
                _note(place.fd, name)
                _remove(place.fd, name, place.mount, 0)
                gone.append(name)
    return gone


def leads_elsewhere(folder: str, name: str) -> str:
    """Why what a folder in a run's folder holds may lie elsewhere, as in one that is removed; ""
    where all of it is its own. Raises OSError."""
    with _opened(folder, "") as place:
        if stat.S_ISLNK(os.stat(name, dir_fd=place.fd, follow_symlinks=False).st_mode):
            return f"{name} is a link"
        fd = os.open(name, _FOLDER, dir_fd=place.fd)
        try:
            with os.scandir(fd) as entries:
                links = sorted(each.name for each in entries if each.is_symlink())
        finally:
            os.close(fd)
    return f"{links[0]} in {name} is a link" if links else ""


@contextmanager
def _opened(folder: str, end: str) -> Iterator[_Place]:
    """A folder. A link on the way to it is the author's; it is none itself, as its real path has
    none."""
    fd = os.open(os.path.realpath(folder), _FOLDER)
    try:
        yield _Place(fd, _mount(fd), _ended(fd, end))
    finally:
        os.close(fd)


def _mount(fd: int) -> tuple[int, str]:
    """Where a folder is mounted: its device and, where the system says it, the mount, as one disk
    may be mounted in itself."""
    mount = ""
    with suppress(OSError, UnicodeDecodeError):
        with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as file:
            found = _MOUNT.search(file.read())
        mount = found[1] if found else ""
    return os.fstat(fd).st_dev, mount


def _ended(fd: int, end: str) -> float:
    """When a file of the stamp was written, by the clock of the checkpoints; 0 without one."""
    if not _is_name(end):
        return 0
    try:
        return os.stat(f"{STAMP}/{end}", dir_fd=fd, follow_symlinks=False).st_mtime
    except OSError:
        return 0


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


def _note(fd: int, name: str) -> None:
    """Note in the stamp that a checkpoint is removed; what was noted before stays. Raises
    OSError."""
    inner = os.open(STAMP, _FOLDER, dir_fd=fd)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with suppress(FileExistsError):
            file = os.open(f"{name}{PRUNED}", flags, 0o666, dir_fd=inner)
            with os.fdopen(file, "w", encoding="ascii") as writes:
                writes.write(json.dumps({"at": int(time.time())}) + "\n")
    finally:
        os.close(inner)


def _is_name(name: str) -> bool:
    """Whether a text names something in a folder, and nothing else."""
    return name not in ("", os.curdir, os.pardir) and "/" not in name and "\0" not in name


def _weighed(place: _Place, name: str) -> Weighed:
    if not _is_name(name):
        return Weighed(name, 0, "it is no name of a folder")
    try:
        found = os.stat(name, dir_fd=place.fd, follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            return Weighed(name, 0, "it is a link")
        if not stat.S_ISDIR(found.st_mode):
            return Weighed(name, 0, "it is no folder")
        return Weighed(name, _size(place, place.fd, name, 0))
    except OSError as error:
        return Weighed(name, 0, error.strerror or str(error))


def _size(place: _Place, above: int, name: str, depth: int) -> int:
    """The bytes of what is in a folder. Raises OSError where it is not to be removed."""
    fd = os.open(name, _FOLDER, dir_fd=above)
    try:
        if _mount(fd) != place.mount:
            raise OSError(0, _MOUNTED)
        if depth > _DEEPEST:
            raise OSError(0, "it has folders in folders, too many for checkpoints")
        total = 0
        with os.scandir(fd) as entries:
            for each in entries:
                if each.is_dir(follow_symlinks=False):
                    total += _size(place, fd, each.name, depth + 1)
                    continue
                found = each.stat(follow_symlinks=False)
                if place.ended and found.st_mtime > place.ended + _SLACK:
                    raise OSError(0, f"{each.name} in it is newer than the end of the run")
                total += found.st_size
        return total
    finally:
        os.close(fd)


def _remove(above: int, name: str, mount: tuple[int, str], depth: int) -> None:
    """Remove a folder with all that is in it; of a link in it the link."""
    if not _is_name(name):
        raise OSError(0, "it is no name of a folder")
    fd = os.open(name, _FOLDER, dir_fd=above)
    try:
        if _mount(fd) != mount or depth > _DEEPEST:
            raise OSError(0, _MOUNTED)
        with os.scandir(fd) as entries:
            found = [(each.name, each.is_dir(follow_symlinks=False)) for each in entries]
        for inner, is_folder in found:
            if is_folder:
                _remove(fd, inner, mount, depth + 1)
            else:
                os.unlink(inner, dir_fd=fd)
    finally:
        os.close(fd)
    os.rmdir(name, dir_fd=above)
