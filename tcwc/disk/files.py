"""Where the files of an experiment are, and how they are read."""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator

from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.problem import Problem
from tcwc.model.words import either

MAX_BYTES = 32_000_000
"""A source larger than this is no experiment that anybody wrote."""

_MAX_CODE = 2_000_000
"""No module that defines a component is larger."""

_HEAD = 250_000
"""How many bytes of a file of data are looked at."""

_MAX_ABOVE = 32
"""Folders above an experiment that are looked at for the repository's root."""

_EXPERIMENT = pattern(r"(?:(?P<stem>.+)\.)?experiment\.ya?ml")
_SECTION = pattern(r"^(?:experiment_name|variables)\s*:", re.MULTILINE)
# Few pyproject.toml have this table, and the TOML parser is imported for those alone.
_TOOL_TABLE = r"""(?m)^\s*\[?\s*["']?tool["']?\s*(?:[\]=]|\.\s*["']?tcwc)"""
_SKIPPED = frozenset(("node_modules", "site-packages", "__pycache__", "venv"))


class FileProblem(Problem):
    """A file that cannot be read as text: `message` says which and why, `help` the way out.

    `path` is that of an experiment, and "" for other files.
    """

    def __init__(self, message: str, help: str, *, path: str = "") -> None:
        super().__init__(message, help)
        self.path = path


_SMALL = 2_000_000
"""Bytes of a file of data that is looked into."""


@dataclass(frozen=True, slots=True)
class Place:
    """An experiment's file as it was named, the folder it is in, and its own name there."""

    path: str

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path) or "."

    @property
    def name(self) -> str:
        return os.path.basename(self.path)

    def output(self, named: str | None) -> str:
        """The output folder: what `output:` names, else `configs` or `NAME.configs` beside it."""
        return os.path.normpath(os.path.join(self.folder, named or self.default_output()))

    def default_output(self) -> str:
        found = _EXPERIMENT.fullmatch(self.name)
        stem = found["stem"] if found else os.path.splitext(self.name)[0]
        return f"{stem}.configs" if stem else "configs"

    def read(self, name: str) -> str:
        """The text of a file named in the source. Raises OSError or UnicodeDecodeError."""
        return decode(read_bytes(os.path.join(self.folder, os.path.expanduser(name))))

    def exists(self, name: str) -> bool:
        """Whether a path that configs name is there, seen from the experiment's folder."""
        return os.path.exists(os.path.join(self.folder, name))

    def matching(self, pattern: str) -> list[str]:
        """The files that a pattern of configs names, as it would name each, in the order of their
        names; none for one that looks into folders of any depth."""
        from glob import escape, glob  # few configs have patterns

        if "**" in pattern:
            return []
        found = glob(os.path.join(escape(self.folder), pattern))
        own = "" if os.path.isabs(pattern) else f"{self.folder}{os.sep}"
        return sorted(each.removeprefix(own) for each in found if os.path.isfile(each))

    def text_of(self, name: str) -> str | None:
        """The text of a small file that configs name; None where there is none."""
        path = os.path.join(self.folder, name)
        try:
            if not os.path.isfile(path) or os.path.getsize(path) > _SMALL:
                return None
            return decode(read_bytes(path))
        except (OSError, ValueError):
            return None

    def head(self, name: str) -> str | None:
        """The beginning of a text that configs name, whole characters of it; None where it cannot
        be read."""
        try:
            path = os.path.join(self.folder, name)
            if not os.path.isfile(path):  # a pipe would wait for who writes to it
                return None
            with open(path, "rb") as file:
                data = file.read(_HEAD)
        except (OSError, ValueError):
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            cut = error.start >= len(data) - 3  # in the middle of the last character
            return data[: error.start].decode("utf-8-sig") if cut else None

    def code_folders(self) -> tuple[Callable[[str], str | None], ...]:
        """A reader of Python files for each folder that the author's own code may be in.

        They are the experiment's folder and those above it, up to the repository's, each with its
        `src`; without a repository only the experiment's own. No reader leaves its folder.
        """
        return tuple(_code_reader(folder) for folder in _code_folders(os.path.abspath(self.folder)))

    def source(self) -> str:
        """The text of the experiment. Raises FileProblem."""
        try:
            return self.decode(read_bytes(self.path))
        except OSError as error:
            message = f"cannot read {self.path}: {error.strerror or error}"
            raise FileProblem(message, _way_out(self.path, error), path=self.path) from None

    def decode(self, data: bytes) -> str:
        """The text of the experiment's bytes. Raises FileProblem."""
        try:
            return decode(data)
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode()) + 1
            is_wide = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
            what = "this is UTF-16" if is_wide else f"byte 0x{error.object[error.start]:02x}"
            raise FileProblem(
                f"{self.path}:{line}:{column}: not UTF-8 text: {what}", "save it as UTF-8"
            ) from None

    def shown(self, name: str) -> str:
        """A file that the source names, as it is called from where tcwc runs."""
        return os.path.normpath(os.path.join(self.folder, os.path.expanduser(name)))


def find_settings(folder: str) -> str | None:
    """The settings file for a folder: the nearest tcwc.toml, or pyproject.toml with [tool.tcwc].

    The search ends at the top of the git repository, if there is one.
    """
    folder = os.path.abspath(folder)
    while True:
        own, shared = os.path.join(folder, "tcwc.toml"), os.path.join(folder, "pyproject.toml")
        if os.path.isfile(own):
            return own
        if os.path.isfile(shared) and re.search(_TOOL_TABLE, read_settings_text(shared)):
            return shared
        above = os.path.dirname(folder)
        # In a worktree and in a submodule `.git` is a file.
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = above


def read_settings_text(path: str) -> str:
    """The text of a settings file. Raises FileProblem."""
    try:
        return decode(read_bytes(path))
    except UnicodeDecodeError:
        raise FileProblem(f"{path}: not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise FileProblem(f"cannot read {path}: {error.strerror or error}", _help(error)) from None


def read_rule_folder(folder: str) -> list[tuple[str, str]]:
    """Name and text of each YAML file in a folder of rules, sorted. Raises FileProblem."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise FileProblem(
            f"cannot read the rules in {folder}: {error.strerror or error}",
            "name a folder of rule files",
        ) from None
    paths = [os.path.join(folder, name) for name in names if name.endswith((".yaml", ".yml"))]
    return [(os.path.relpath(path), read_settings_text(path)) for path in paths]


def _code_folders(folder: str) -> Iterator[str]:
    folders = [folder]
    while not os.path.exists(os.path.join(folders[-1], ".git")):
        above = os.path.dirname(folders[-1])
        if above == folders[-1] or len(folders) == _MAX_ABOVE:
            del folders[1:]
            break
        folders.append(above)
    for each in folders:
        yield from (each, os.path.join(each, "src"))


def _code_reader(folder: str) -> Callable[[str], str | None]:
    def read(name: str) -> str | None:
        path = os.path.join(folder, name)
        try:
            # To read a pipe would wait for ever.
            if not os.path.isfile(path) or os.path.getsize(path) > _MAX_CODE:
                return None
            return decode(read_bytes(path))
        except (OSError, ValueError):
            return None

    return read


def is_named_as_experiment(path: str) -> bool:
    """Whether a file goes by the name of an experiment, so that it is found below a folder."""
    return _EXPERIMENT.fullmatch(os.path.basename(path)) is not None


def looks_like_experiment(path: str) -> bool:
    """Whether a file is an experiment, by its name, else by the sections that it has."""
    if is_named_as_experiment(path):
        return True
    try:
        return _SECTION.search(decode(read_bytes(path))) is not None
    except (OSError, UnicodeDecodeError):
        # What is not there is taken for one, so that the error names it.
        return not os.path.exists(path)


def find_experiments(root: str) -> Iterator[str]:
    """Every experiment file below a folder, sorted; hidden and installed ones are passed over."""
    for folder, files in _walk(root):
        for name in files:
            if _EXPERIMENT.fullmatch(name):
                yield os.path.normpath(os.path.join(folder, name))


def find_folders_with(name: str, root: str) -> Iterator[str]:
    """Every folder below one that has a file of a name, sorted and passed over likewise."""
    for folder, files in _walk(root):
        if name in files:
            yield os.path.normpath(folder)


def _walk(root: str) -> Iterator[tuple[str, list[str]]]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        yield folder, sorted(files)


def read_bytes(path: str) -> bytes:
    """The bytes of a file. Raises OSError, for what is larger than `MAX_BYTES` too."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size  # 0 for what is no plain file
        data = file.read(min(size or MAX_BYTES, MAX_BYTES) + 1)
    if len(data) > MAX_BYTES:
        raise OSError(27, f"larger than {MAX_BYTES // 1_000_000} MB")  # EFBIG
    return data


def decode(data: bytes) -> str:
    """UTF-8, without a byte-order mark before it. Raises UnicodeDecodeError."""
    return data.decode("utf-8-sig")


def _help(error: OSError) -> str:
    return (
        "name a file that is there" if isinstance(error, FileNotFoundError) else "make it readable"
    )


def _way_out(path: str, error: OSError) -> str:
    """What to do about an experiment that cannot be read."""
    from tcwc.disk.near import experiments_in, near_files  # for mistakes only

    if isinstance(error, FileNotFoundError):
        near = near_files(path, find_experiments)
        if near:
            return f"did you mean {either(near)}?"
        there = experiments_in(os.curdir, find_experiments, looks_like_experiment)
        return "name an experiment that is there" + (f": {either(there)}" if there else "")
    if isinstance(error, IsADirectoryError):
        there = experiments_in(path, find_experiments, looks_like_experiment)
        return f"name the experiment in it: {either(there)}" if there else "name a file in it"
    return "make it readable"


def is_tracked(path: str) -> bool:
    """Whether git knows a file, there or not; false where there is no git, or no repository."""
    folder = os.path.realpath(os.path.dirname(path))
    # The folder may have been removed, mapping and all, and git still has it.
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    above = folder
    while not os.path.lexists(os.path.join(above, ".git")):
        if above == os.path.dirname(above):
            return False
        above = os.path.dirname(above)
    # Only now: without a repository no git is started.
    from tcwc.disk.processes import run

    name = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    # A repository's own settings may name a program as fsmonitor, and git would start it here.
    command = ["git", "-c", "core.fsmonitor=false", "ls-files", "--error-unmatch", "--", name]
    done = run(command, folder=folder, timeout=20)
    return done is not None and done.status == 0


def folders_in(folder: str) -> list[str]:
    """The folders in a folder, sorted; none where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []
    return [os.path.normpath(os.path.join(folder, name)) for name in sorted(found)]
