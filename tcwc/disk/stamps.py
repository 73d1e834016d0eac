"""What lies in the folders of runs, cheaply: thousands are looked at for one table.

Two listings a run, and the few small files of its stamp. What cannot be read is None, and never an
error: a folder on its way out must not hide the others.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from tcwc.disk.plain import read_plain
from tcwc.model.frozen import dataclass, field
from tcwc.model.job_files import STAMP

_LARGEST = 1 << 16
"""Bytes of a file of a stamp; each is one line."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """What is in the folder of a run.

    `missing` says why it cannot be looked at here, "" where it can, or where it is only not made
    yet. `names` are what is in it. `texts` are the files of its stamp as jobs/states/stamp.py takes
    them, `beat` the age of the one that tells when it was last alive.
    """

    path: str
    missing: str = ""
    names: frozenset[str] = frozenset()
    texts: Mapping[str, str | None] = field(default_factory=dict)
    beat: float | None = None

    def files(self, name: str) -> list[str]:
        """The names of the files in a folder of this one that are not empty; none where it is not
        there."""
        return sorted(self.sizes(name))

    def sizes(self, name: str) -> dict[str, int]:
        """The bytes of these files, by their names."""
        found = {}
        with suppress(OSError), os.scandir(os.path.join(self.path, name)) as entries:
            for each in entries:
                with suppress(OSError):
                    if each.is_file() and (size := each.stat().st_size):
                        found[each.name] = size
        return found


class Stamps:
    """Reads stamps; `is_text` says which files of one have a text, `is_part` which are of one, and
    `beat_of` whose time tells when it was last alive (jobs/states/stamp.py).

    `beside` is a folder of ours, in which the clock of its file system is asked.
    """

    def __init__(
        self,
        beside: str,
        is_part: Callable[[str], bool],
        is_text: Callable[[str], bool],
        beat_of: Callable[[frozenset[str]], str | None],
    ) -> None:
        self._beside = beside
        self._is_part, self._is_text, self._beat_of = is_part, is_text, beat_of
        self._ahead: dict[int, float] = {}
        """How far the clock of each file system, by its device, is ahead of this machine's."""

    def folder(self, path: str) -> RunFolder:
        """What is in a folder."""
        try:
            names = frozenset(os.listdir(path))
        except FileNotFoundError:
            return RunFolder(path, _not_here(path))
        except OSError as error:
            return RunFolder(path, f"cannot look into {path}: {error.strerror or error}")
        if STAMP not in names:
            return RunFolder(path, names=names)
        stamp = os.path.join(path, STAMP)
        try:
            texts = self.texts(stamp)
        except OSError as error:
            return RunFolder(path, f"cannot look into {stamp}: {error.strerror or error}")
        name = self._beat_of(frozenset(texts))
        return RunFolder(path, "", names, texts, self._age(stamp, name) if name else None)

    def texts(self, stamp: str) -> dict[str, str | None]:
        """The files of a stamp, by their names. Raises OSError."""
        parts = sorted(filter(self._is_part, os.listdir(stamp)))
        return {each: self._text(stamp, each) for each in parts}

    def _text(self, folder: str, name: str) -> str | None:
        if not self._is_text(name):
            return ""
        try:
            return read_plain(os.path.join(folder, name), _LARGEST).decode()
        except (OSError, UnicodeDecodeError):
            return None

    def _age(self, folder: str, name: str) -> float | None:
        """How long ago a file was touched, by the clock that says when it was."""
        try:
            found = os.stat(os.path.join(folder, name))
        except OSError:
            return None
        if found.st_dev not in self._ahead:
            self._ahead[found.st_dev] = self._clock(folder, found.st_dev)
        return max(time.time() + self._ahead[found.st_dev] - found.st_mtime, 0)

    def _clock(self, folder: str, device: int) -> float:
        """How far the clock of a file system is ahead of this machine's; 0 where nobody may ask."""
        for where in (self._beside, folder):
            with suppress(OSError):
                if os.stat(where).st_dev == device:
                    return _touched(where) - time.time()
        return 0.0


def _touched(folder: str) -> float:
    """The time that a file has which is made now, and removed. Raises OSError."""
    path = os.path.join(folder, f".tcwc-clock-{os.getpid()}-{time.monotonic_ns()}")
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        return os.fstat(made).st_mtime
    finally:
        os.close(made)
        os.unlink(path)


def _not_here(path: str) -> str:
    """Why a folder that is not there may be on another machine; "" where it is only to be made."""
    above = os.path.dirname(os.path.abspath(path))
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    is_top = above == os.path.dirname(above)
    if not is_top and os.path.isdir(above) and os.access(above, os.W_OK | os.X_OK):
        return ""
    missing = os.path.relpath(os.path.abspath(path), above).split(os.sep)[0]
    if not is_top and os.path.isdir(above) and _is_read_only(above):
        return f"{os.path.join(above, missing)} is not there, and its disk can only be read"
    return f"{os.path.join(above, missing)} is not on this machine"


def _is_read_only(folder: str) -> bool:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False
