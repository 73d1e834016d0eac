"""Writes a build: everything or nothing, only what changed, and nobody's work over.

All that is new is first written in a staging folder, so that a full disk or a file in the way is
found before anything is touched. A new output folder is the staging folder itself, renamed once.
Into a folder that exists, each changed file is moved with a rename, then files of runs that are
gone are removed, and the mapping is moved last: a build killed at any moment leaves every file old
or new, and the next one repairs the rest. One that fails puts the old files back (disk/moves.py).
(Renames are ordered by the system; that is enough against a kill. Only the mapping, which cannot be
made again, is also flushed to the disk.) Where there is no mapping yet it is moved first, so that
no config ever stands without its record.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType

from tcwc.disk.errors import Obstacles, WriteError, explained
from tcwc.disk.folder import MAPPING, STAGING
from tcwc.disk.moves import Moves
from tcwc.disk.run_files import EVALUATION_FILE, RUN_FILE, FileNames, evaluation_files
from tcwc.disk.stream import MappingStream
from tcwc.disk.system import files_in, is_running, read, real_folder, remove, write_new
from tcwc.model.frozen import dataclass
from tcwc.model.signature import Signature, standing

ATTRIBUTES_TEXT = "* -text\n"
"""Keeps git from changing line ends, and with them each hash."""

_MANY = 500
"""Files are removed in the time of a blink, up to so many."""

_NOT_ALLOWED = frozenset((errno.EACCES, errno.EPERM, errno.EROFS))


@dataclass(frozen=True, slots=True)
class Written:
    """What a build did: counts of config files, and the names of those that it removed.

    `foreign` are files with the name of a config that tcwc did not make, and left alone.
    """

    created: int
    changed: int
    removed: tuple[str, ...]
    mapping_changed: bool
    foreign: tuple[str, ...] = ()


class Writer:
    """A build on its way to a folder: `add` and `add_mapping` in any order, then `commit`.

    Used as a context manager; leaving it without `commit` touches nothing. Needs no more memory
    for more files, apart from a few bytes each. Every method raises WriteError.

    Files that stand in the folder are read by their own signature: intact ones of tcwc may be
    replaced, and removed if they are run files that this build does not have, and so are files of
    no bytes; edited ones only with `force`, or where what they say `is_same` as the text of the
    build, and those with other line ends; any other file is never touched, `force` or not.

    `on_leftovers` is told how many files builds that were killed have left, before they are
    removed, where these are so many that it takes a while.
    """

    def __init__(
        self,
        folder: str,
        *,
        force: bool = False,
        is_same: Callable[[str, str], bool] = lambda *_: False,
        on_leftovers: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._shown = folder
        self._folder = real_folder(folder)
        self._force = force
        self._is_same = is_same
        self._on_leftovers = on_leftovers
        self._fresh = not os.path.lexists(self._folder)
        self._staging = ""
        self._changed: list[str] = []
        self._missing: set[str] = set()
        self._beside: list[str] = []
        self._foreign: list[str] = []
        self._blocked: set[str] = set()
        self._names = FileNames()
        self._trouble = Obstacles(folder)
        self._mapping: MappingStream | None = None

    def __enter__(self) -> Writer:
        place = self._folder
        while not os.path.lexists(place):
            place = os.path.dirname(place)
        if not os.path.isdir(place):
            raise WriteError(f"{place} is not a folder", "move it, or build elsewhere with -o")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._mapping is not None:
            self._mapping.close()
        if self._staging:
            remove(self._staging)

    def add(self, name: str, text: str) -> None:
        """One config. The name must be a bare file name, or that of the config of an evaluation in
        its folder, and new to this build."""
        bare = not (name[:1] in ("", ".") or "/" in name or "\\" in name)
        if not (bare or EVALUATION_FILE.fullmatch(name)):
            raise ValueError(f"no file name for a run: {name!r}")
        self._names.add(name)
        data = text.encode()
        try:
            if self._fresh or not self._stands(name, text, data):
                if not bare:
                    os.makedirs(os.path.dirname(f"{self._staged()}/{name}"), exist_ok=True)
                write_new(f"{self._staged()}/{name}", data)
                if not self._fresh:
                    self._changed.append(name)
        except OSError as error:
            raise explained(error, os.path.join(self._shown, name)) from error

    def add_mapping(self, chunk: str) -> None:
        """The next piece of the mapping's text."""
        try:
            if self._mapping is None:
                self._mapping = self._open_mapping()
            self._mapping.write(chunk)
        except OSError as error:
            raise explained(error, os.path.join(self._shown, MAPPING)) from error

    def add_if_absent(self, name: str, text: str) -> None:
        """A small file beside the runs; one that is there, whatever it is, is never touched.

        Where it is all that there is to write, and may not be written, it is left out.
        """
        try:
            if self._fresh or not os.path.lexists(f"{self._folder}/{name}"):
                write_new(f"{self._staged()}/{name}", text.encode())
                self._beside.append(name)
        except OSError as error:
            if error.errno in _NOT_ALLOWED and not (self._fresh or self._changed):
                return
            raise explained(error, os.path.join(self._shown, name)) from error

    def commit(self) -> Written:
        """Checks what is left to check, then moves everything into place."""
        try:
            mapping_changed = self._mapping is not None and self._mapping.finish()
            leftovers, gone = ([], []) if self._fresh else self._survey()
            self._trouble.raise_if_any()
            if self._fresh:
                self._rename_folder()
            else:
                self._move(gone, mapping_changed)
            self._clear((*leftovers, *self._leftovers_beside()))
        except OSError as error:
            # Of a rename the second name is what people know; the first one is staged.
            raise explained(error, error.filename2 or error.filename or self._shown) from error
        return Written(
            len(self._names) if self._fresh else len(self._missing),
            len(self._changed) - len(self._missing),
            tuple(gone),
            mapping_changed,
            tuple(sorted(self._foreign)),
        )

    # --- what stands in the folder ------------------------------------------------------

    def _stands(self, name: str, text: str, data: bytes) -> bool:
        """Whether the file is there already, byte for byte (or as CRLF)."""
        path = f"{self._folder}/{name}"
        if any(self._is_blocked(folder) for folder in _folders_of(name)):
            return True
        # One byte more tells a longer file, and few files need to be read beyond that.
        old = read(path, len(data) + 1)
        if old is None:
            self._missing.add(name)
            return False
        if old == data:
            return True
        if isinstance(old, bytes) and len(old) > len(data):
            old = read(path, None)
        if not isinstance(old, bytes):
            self._trouble.in_the_way(name, str(old))
            return True
        return self._is_checkout_of(name, text, old.decode(errors="surrogateescape"))

    def _is_blocked(self, folder: str) -> bool:
        """Whether something else stands where a folder has to be, which is noted once."""
        path = f"{self._folder}/{folder}"
        is_blocked = os.path.islink(path) or os.path.isfile(path)
        if is_blocked and folder not in self._blocked:
            self._blocked.add(folder)
            self._trouble.in_the_way(folder, "it is no folder, where configs have to be")
        return is_blocked

    def _is_checkout_of(self, name: str, text: str, there: str) -> bool:
        """Whether a file is the text with CRLF. If not, notes why it may not be replaced."""
        # With --force line ends are put right: the hash that is recorded is that of LF.
        if there.replace("\r\n", "\n") == text and not self._force:
            return True
        kind = standing(there)
        if kind is Signature.FOREIGN:
            self._trouble.in_the_way(name, "it was not made by tcwc")
        elif kind is Signature.EDITED and not (self._force or self._is_same(there, text)):
            self._trouble.edited(name, there, text)
        return False

    def _survey(self) -> tuple[list[str], list[str]]:
        """What dead builds left here (paths), and run files that this build lacks (names)."""
        leftovers, gone = [], []
        own = os.path.basename(self._staging)
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if RUN_FILE.fullmatch(entry.name):
                    if entry.name not in self._names and self._is_ours(entry.name):
                        gone.append(entry.name)
                elif entry.name != own and _is_abandoned(entry.name):
                    leftovers.append(entry.path)
        for name in evaluation_files(self._folder):
            if name not in self._names and self._is_ours(name):
                gone.append(name)
        return leftovers, sorted(gone)

    def _is_ours(self, name: str) -> bool:
        data = read(f"{self._folder}/{name}", None)
        if not isinstance(data, bytes):
            return False
        text = data.decode(errors="surrogateescape")
        kind = standing(text)
        if kind is Signature.EDITED and not self._force:
            self._trouble.edited(name, text, None)
        if kind is Signature.FOREIGN:
            self._foreign.append(name)
        return kind is not Signature.FOREIGN

    def _leftovers_beside(self) -> Iterator[str]:
        parent, name = os.path.split(self._folder)
        with suppress(OSError), os.scandir(parent) as entries:
            for entry in entries:
                if entry.name.startswith(f".tcwc-{name}-") and _is_abandoned(entry.name):
                    yield entry.path

    def _clear(self, leftovers: Sequence[str]) -> None:
        """Remove what dead builds left."""
        files = sum(map(files_in, leftovers))
        if files > _MANY:
            self._on_leftovers(files)
        for path in leftovers:
            remove(path)

    # --- what is new --------------------------------------------------------------------

    def _staged(self) -> str:
        """The staging folder, made on first use: a build that changes nothing makes none."""
        if not self._staging:
            parent, name = os.path.split(self._folder)
            where = parent if self._fresh else self._folder
            os.makedirs(where, exist_ok=True)
            # The process's number tells another build whether this one is still at work.
            path = f"{where}/.tcwc-{name}-{os.getpid()}-{os.urandom(4).hex()}.tmp"
            os.mkdir(path)
            self._staging = path
        return self._staging

    def _open_mapping(self) -> MappingStream:
        path = f"{self._folder}/{MAPPING}"
        old = None
        if os.path.islink(path):
            self._trouble.in_the_way(MAPPING, "it is a symbolic link")
        elif os.path.lexists(path) and not os.path.isfile(path):
            self._trouble.in_the_way(MAPPING, "it is not a file")
        elif os.path.exists(path):
            old = path
        return MappingStream(old, lambda: f"{self._staged()}/{MAPPING}", exact=self._force)

    def _rename_folder(self) -> None:
        os.rename(self._staged(), self._folder)
        self._staging = ""

    def _move(self, gone: list[str], mapping_changed: bool) -> None:
        if not (self._changed or gone or self._beside or mapping_changed):
            return
        moves = Moves(self._staged(), self._folder)
        had_mapping = os.path.lexists(f"{self._folder}/{MAPPING}")
        last = [*self._beside, *([MAPPING] if mapping_changed else [])]
        moves.keep(name for name in self._changed if name not in self._missing)
        moves.keep((*gone, *([MAPPING] if mapping_changed and had_mapping else [])))
        first = [last.pop()] if mapping_changed and not had_mapping else []
        try:
            for name in (*first, *self._changed):
                moves.put(name)
            for name in gone:
                moves.drop(name)
            for name in last:
                moves.put(name)
        except BaseException:  # Ctrl-C too
            moves.undo()
            raise
        moves.sweep()


def _folders_of(name: str) -> tuple[str, ...]:
    """The folders below the output folder that a config is in, the outer one first."""
    parts = name.split("/")[:-1]
    return tuple("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _is_abandoned(name: str) -> bool:
    """Whether a name is that of a staging folder whose build is not at work any more."""
    found = STAGING.fullmatch(name)
    return found is not None and not is_running(int(found["process"]))
