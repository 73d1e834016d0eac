"""The sources of Python packages: of a wheel, or of a folder of installed packages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from zipfile import ZipFile

from tcwc.disk.plain import read_plain
from tcwc.model.frozen import dataclass

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
    """The text of a file; None where it is not there. Raises OSError, UnicodeDecodeError."""


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
        return archive.read(name).decode() if name in archive.NameToInfo else None

    return Packages(_versions({name.partition("/")[0] for name in names}), files, read)


def _folder(top: str) -> Packages:
    def files(below: str) -> list[str]:
        return sorted(_files(os.path.join(top, below), top))

    def read(name: str) -> str | None:
        path = os.path.join(top, name)
        if not os.path.isfile(path):
            return None
        return read_plain(path).decode()

    return Packages(_versions(os.listdir(top)), files, read)


def _files(folder: str, top: str) -> Iterator[str]:
    for above, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(above, name), top).replace(os.path.sep, "/")


def _versions(names: Iterable[str]) -> dict[str, str]:
    infos = (name.removesuffix(_INFO).partition("-") for name in names if name.endswith(_INFO))
    return {name: version.partition("+")[0] for name, _, version in infos}
