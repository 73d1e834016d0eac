"""The sources of Python packages: of a wheel, or of a folder of installed packages.

They may be anybody's, and what is read of them is written down: so nothing is read that lies
outside of the folder, wherever its links and its names with `..` lead.
"""

from __future__ import annotations

import errno
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from zipfile import BadZipFile, ZipFile

from tcwc.disk.plain import read_plain
from tcwc.model.frozen import dataclass
from tcwc.model.limits import SOURCE

_INFO = ".dist-info"


@dataclass(frozen=True, slots=True)
class Packages:
    """Names of files are relative, with `/`.

    `versions` are those of the distributions, by name, without the local part (`+cpu`).
    """

    versions: dict[str, str]
    files: Callable[[str], list[str]]
    """The files below a folder, sorted."""
    read: Callable[[str], str | None]
    """The text of a file; None where it is not there. Raises OSError, UnicodeDecodeError, and
    OSError also for what lies outside of the packages or is larger than a source may be."""


@contextmanager
def open_packages(place: str | os.PathLike[str]) -> Iterator[Packages]:
    """A wheel, an unpacked one, or a folder of installed packages. Raises OSError, BadZipFile."""
    if os.path.isdir(place):
        yield _folder(os.fspath(place))
        return
    with ZipFile(place) as archive:
        yield _wheel(archive)


def _wheel(archive: ZipFile) -> Packages:
    names = sorted(archive.namelist())

    def files(below: str) -> list[str]:
        return [name for name in names if name.startswith(below)]

    def read(name: str) -> str | None:
        return _entry(archive, name).decode() if name in archive.NameToInfo else None

    return Packages(_versions({name.partition("/")[0] for name in names}), files, read)


def _entry(archive: ZipFile, name: str) -> bytes:
    if archive.NameToInfo[name].file_size > SOURCE.at_most:
        raise OSError(errno.EFBIG, f"larger than {SOURCE.at_most // 1_000_000} MB", name)
    try:
        return archive.read(name)
    # RuntimeError: it wants a password. NotImplementedError is one, for ways of packing.
    except (BadZipFile, RuntimeError, zlib.error, EOFError) as error:
        raise OSError(errno.EIO, f"cannot be unpacked ({error})", name) from None


def _folder(top: str) -> Packages:
    top = os.path.realpath(top)

    def files(below: str) -> list[str]:
        folder = os.path.join(top, below)
        return sorted(_files(folder, top)) if _is_below(os.path.realpath(folder), top) else []

    def read(name: str) -> str | None:
        path = os.path.realpath(os.path.join(top, name))
        if not _is_below(path, top):
            raise OSError(errno.EACCES, "it leads out of the tree, and is not read", name)
        if os.path.isfile(path):
            return read_plain(path).decode()
        if os.path.islink(os.path.join(top, name)):
            raise OSError(errno.ENOENT, "it is a link that leads to no file", name)
        return None

    return Packages(_versions(os.listdir(top)), files, read)


def _is_below(path: str, top: str) -> bool:
    return path == top or path.startswith(os.path.join(top, ""))


def _files(folder: str, top: str) -> Iterator[str]:
    for above, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(above, name), top).replace(os.path.sep, "/")


def _versions(names: Iterable[str]) -> dict[str, str]:
    infos = (name.removesuffix(_INFO).partition("-") for name in names if name.endswith(_INFO))
    return {name: version.partition("+")[0] for name, _, version in infos}
