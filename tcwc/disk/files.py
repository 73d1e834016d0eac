"""Where the files of an experiment are, and how they are read."""

from __future__ import annotations

import errno
import os
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator

from tcwc.disk.boundary import boundary_of, real_path, top_of
from tcwc.disk.guard import Guard
from tcwc.disk.plain import read_plain
from tcwc.disk.tracked import tracked_apart
from tcwc.model.frozen import dataclass, field
from tcwc.model.limits import CODE, DATA
from tcwc.model.outside import OutsideError, forbidden
from tcwc.model.patterns import pattern
from tcwc.model.problem import Problem
from tcwc.model.words import either

_MAX_ABOVE = 32
"""Folders above an experiment that are looked at for the repository's root."""

_MAX_BELOW = 64
"""Folders one in the other that are looked for experiments; Python's own walk ends at 1,000."""

_LONGEST_PATH = 4_096
"""Linux's PATH_MAX: nothing goes by a longer one, and to read a pattern takes its square."""

_EXPERIMENT = pattern(r"(?:(?P<stem>.+)\.)?experiment\.ya?ml", re.DOTALL)
_SECTION = pattern(r"^(?:experiment_name|variables)\s*:", re.MULTILINE)
_OTHER_SECTION = pattern(
    r"^(?:variables|base_config|base_config_file|controls|arms|zip|derived|include|exclude)\s*:",
    re.MULTILINE,
)
# Few pyproject.toml have this table, and the TOML parser is imported for those alone.
_TOOL_TABLE = r"""(?m)^[ \t]*(?:\[[ \t]*)?["']?tool["']?[ \t]*(?:[\]=]|\.[ \t]*["']?tcwc)"""
PROFILES, PROFILE_ENDS = "clusters", (".yaml", ".yml")
"""The folder of cluster profiles, and how their files end."""
LOCAL_SETTINGS = "tcwc.local.toml"
_SKIPPED = frozenset(("node_modules", "site-packages", "__pycache__", "venv"))


class FileProblem(Problem):
    """A file that cannot be read as text: `message` says which and why, `help` the way out.

    `path` is that of an experiment, and "" for other files.
    """

    def __init__(self, message: str, help: str, *, path: str = "") -> None:
        super().__init__(message, help)
        self.path = path


Cannot = Callable[[FileProblem], None]
"""Is told of what cannot be read, where the rest is looked at all the same."""

_HELP = {
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EISDIR: "name a file",
    errno.EMFILE: "allow more open files (`ulimit -n`), then try again",
    errno.EFBIG: "name an experiment: none is as large, or split it",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An experiment's file as it was named, the folder it is in, and its own name there.

    `guard` reads what belongs to it.
    """

    path: str
    guard: Guard = field(default_factory=Guard)

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
        return self.guard.text(self._path(name))

    def is_outside(self, name: str) -> bool:
        """Whether a file named in the source is outside of the repository."""
        return self.guard.is_outside(self._path(name))

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, os.path.expanduser(name))

    def exists(self, name: str) -> bool:
        """Whether a path that configs name is there, seen from the experiment's folder.

        One that may not be looked at, or is in a folder that nobody may look into, is taken to be.
        """
        path = os.path.join(self.folder, name)
        try:
            return self._may_not_look_at(path) or bool(os.stat(path))
        except PermissionError:
            return True
        except (OSError, ValueError):
            return False

    def matching(self, pattern: str) -> list[str]:
        """The files that a pattern of configs names, as it would name each, in the order of their
        names; none for one that looks into folders of any depth."""
        from glob import escape, glob  # few configs have patterns

        if "**" in pattern or len(pattern) > _LONGEST_PATH:
            return []
        start = os.path.dirname(re.split(r"[*?\[]", pattern, maxsplit=1)[0])
        if self._may_not_look_at(os.path.join(self.folder, start)):
            return []
        found = glob(os.path.join(escape(self.folder), pattern))
        own = "" if os.path.isabs(pattern) else f"{self.folder}{os.sep}"
        seen = (each for each in found if not self._may_not_look_at(each) and os.path.isfile(each))
        return sorted(each.removeprefix(own) for each in seen)

    def below(self, folder: str, depth: int) -> tuple[list[str], bool]:
        """The files in a folder that configs name ("" is the experiment's), and so deep below it,
        each as configs name it; and whether these are all. Hidden and installed ones, and what may
        not be looked at, are left out."""
        from tcwc.disk.below import files_below  # few experiments ask

        root = os.path.join(self.folder, folder)
        found, is_whole = files_below(root, depth, _is_left_out, self._may_not_look_at)
        return [os.path.join(folder, each) for each in found], is_whole

    def _may_not_look_at(self, path: str) -> bool:
        return self.guard.is_strict and self.guard.is_outside(path)

    def text_of(self, name: str) -> str | None:
        """The text of a small file that configs name; None where there is none."""
        try:
            path = os.path.join(self.folder, name)
            return _text(self.guard.text(path, DATA.at_most, self.guard.own))
        except (OSError, ValueError):
            return None

    def head(self, name: str) -> str | None:
        """The beginning of a text that configs name, whole characters of it; None where it cannot
        be read."""
        try:
            return _text(self.guard.head(os.path.join(self.folder, name)))
        except (OSError, ValueError):
            return None

    def code_folders(self) -> tuple[Callable[[str], str | None], ...]:
        """A reader of Python files for each folder that the author's own code may be in.

        They are the experiment's folder and those above it, up to the repository's, each with its
        `src`; without a repository only the experiment's own. No reader leaves its folder.
        """
        folders = _code_folders(os.path.abspath(self.folder))
        return tuple(_code_reader(folder, self.guard) for folder in folders)

    def within(self) -> None:
        """Raise FileProblem where it may not be looked at: a link leads out of the repository."""
        try:
            self.guard.check(self.path)
        except OutsideError:
            message = f"cannot read {self.path}: a link leads out of the repository"
            raise FileProblem(message, forbidden()) from None

    def source(self) -> str:
        """The text of the experiment. Raises FileProblem."""
        try:
            if self.guard.is_outside(self.path):
                return self._source_outside()
            return self.decode(read_plain(self.path))
        except OSError as error:
            message = f"cannot read {self.path}: {error.strerror or error}"
            raise FileProblem(message, _way_out(self.path, error), path=self.path) from None

    def _source_outside(self) -> str:
        """The text of an experiment that a link leads to, out of the repository.

        Raises FileProblem, OSError.
        """
        self.within()
        try:
            return self.guard.text(self.path)
        except UnicodeDecodeError:
            raise FileProblem(f"{self.path}: not UTF-8 text", "save it as UTF-8") from None

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


def find_settings(folder: str, guard: Guard | None = None) -> list[str]:
    """The settings files that hold in a folder, the nearest first.

    Of each folder up to the top of the git repository: tcwc.toml, and behind it pyproject.toml with
    [tool.tcwc], so that nobody loosens what one forbids by adding the other. Without a repository
    only the nearest counts. Raises FileProblem.
    """
    guard = guard or Guard()
    found = list[str]()
    for each, is_top in _upwards(folder):
        own, shared = os.path.join(each, "tcwc.toml"), os.path.join(each, "pyproject.toml")
        if os.path.isfile(own):
            found.append(own)
        if os.path.isfile(shared) and re.search(_TOOL_TABLE, read_settings_text(shared, guard)):
            found.append(shared)
        if is_top:
            return found
    return found[:1]


def find_local_settings(folder: str) -> str | None:
    """The file of settings of this checkout alone, tcwc.local.toml, that is nearest to a folder, up
    to the top of the git repository; None where there is none."""
    paths = (os.path.join(each, LOCAL_SETTINGS) for each, _ in _upwards(folder))
    return next(filter(os.path.isfile, paths), None)


def _upwards(folder: str) -> Iterator[tuple[str, bool]]:
    """A folder and those above it, each with whether it is the top of a git repository, which is
    the last one."""
    folder, below = os.path.abspath(folder), ""
    while folder != below:
        # In a worktree and in a submodule `.git` is a file.
        is_top = os.path.exists(os.path.join(folder, ".git"))
        yield folder, is_top
        if is_top:
            return
        folder, below = os.path.dirname(folder), folder


def read_settings_text(path: str, guard: Guard | None = None) -> str:
    """The text of a file of settings, or of rules. Raises FileProblem."""
    try:
        guard = guard or Guard()
        return guard.text(path, into=guard.reads)
    except OutsideError:
        message = f"cannot read {path}: it is outside of the repository"
        raise FileProblem(message, forbidden()) from None
    except UnicodeDecodeError:
        raise FileProblem(f"{path}: not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise FileProblem(f"cannot read {path}: {error.strerror or error}", _help(error)) from None


def read_rule_folder(folder: str, guard: Guard | None = None) -> list[tuple[str, str]]:
    """Name and text of each YAML file in a folder of rules, sorted. Raises FileProblem."""
    try:
        (guard or Guard()).check(folder)
        names = sorted(os.listdir(folder))
    except OutsideError:
        message = f"the rules in {folder} are outside of the repository, and may not be read here"
        raise FileProblem(message, forbidden()) from None
    except OSError as error:
        raise FileProblem(
            f"cannot read the rules in {folder}: {error.strerror or error}",
            "name a folder of rule files",
        ) from None
    paths = [os.path.join(folder, name) for name in names if name.endswith((".yaml", ".yml"))]
    return [(os.path.relpath(path), read_settings_text(path, guard)) for path in paths]


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


def _code_reader(folder: str, guard: Guard) -> Callable[[str], str | None]:
    def read(name: str) -> str | None:
        path = os.path.join(folder, name)
        try:
            return guard.text(path, CODE.at_most, guard.reads)
        except OutsideError:
            guard.reads.refused[path] = name
            return None
        except (OSError, ValueError):
            return None

    return read


def is_named_as_experiment(path: str) -> bool:
    """Whether a file goes by the name of an experiment, so that it is found below a folder."""
    return _EXPERIMENT.fullmatch(os.path.basename(path)) is not None


def looks_like_experiment(path: str) -> bool:
    """Whether a file is an experiment, by its name, else by the sections that it has.

    One that a link leads to, out of the repository, is not looked into, and taken for one.
    """
    if is_named_as_experiment(path) or not boundary_of(path).holds(path):
        return True
    try:
        return has_sections(decode(read_plain(path)))
    except (OSError, UnicodeDecodeError):
        # What is not there is taken for one, so that the error names it.
        return not os.path.exists(path)


def has_sections(text: str) -> bool:
    """Whether a text has a section that only experiments have."""
    return _SECTION.search(text) is not None


def has_name_alone(text: str) -> bool:
    """Whether all that a text has of an experiment's sections is a name, as many a config has for
    its folders."""
    return _OTHER_SECTION.search(text) is None


def find_files(root: str, ends: tuple[str, ...], cannot: Cannot = lambda _: None) -> Iterator[str]:
    """The files below a folder whose names end so, sorted and passed over as experiments are."""
    for folder, files in _walk(root, cannot):
        yield from (os.path.normpath(os.path.join(folder, n)) for n in files if n.endswith(ends))


def find_experiments(root: str, cannot: Cannot = lambda _: None) -> Iterator[str]:
    """Every experiment file below a folder, sorted by folders; hidden and installed ones are passed
    over, unless git tracks them: these are last.

    `cannot` is told of each folder that cannot be looked into: `path` of the problem is it.
    """
    for folder, files in _walk(root, cannot):
        for name in files:
            if _EXPERIMENT.fullmatch(name):
                yield os.path.normpath(os.path.join(folder, name))
    for path in tracked_apart(root, _is_passed_over):
        if _EXPERIMENT.fullmatch(os.path.basename(path)):
            yield path


def _is_passed_over(path: str) -> bool:
    """Whether a walk down to a file ends before it."""
    folders = path.split("/")[:-1]
    return len(folders) > _MAX_BELOW or any(map(_is_left_out, folders))


def _is_left_out(name: str) -> bool:
    return (name.startswith(".") and name != os.pardir) or name in _SKIPPED


def find_folders_with(name: str, root: str) -> Iterator[str]:
    """Every folder below one that has a file of a name, sorted and passed over likewise."""
    for folder, files in _walk(root, lambda _: None):
        if name in files:
            yield os.path.normpath(folder)


def _walk(root: str, cannot: Cannot) -> Iterator[tuple[str, list[str]]]:
    def tell(error: OSError) -> None:
        folder = os.path.normpath(error.filename)
        message = f"cannot look into {folder}: {error.strerror or error}"
        help = "make it readable, or name it under `exclude` in the settings"
        cannot(FileProblem(message, help, path=folder))

    above = os.path.normpath(root).count(os.sep)
    for folder, folders, files in os.walk(root, onerror=tell):
        is_deep = os.path.normpath(folder).count(os.sep) - above >= _MAX_BELOW
        folders[:] = sorted(name for name in folders if not (is_deep or _is_left_out(name)))
        yield folder, sorted(files)


def _text(read: str | None) -> str | None:
    """What was read, if it is a text: none has a NUL."""
    return None if read is None or "\0" in read else read


def decode(data: bytes) -> str:
    """UTF-8, without a byte-order mark before it. Raises UnicodeDecodeError."""
    return data.decode("utf-8-sig")


def _help(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "make it readable"
    if isinstance(error, FileNotFoundError):
        return "name a file that is there"
    return _HELP.get(error.errno or 0, "put that right, then try again")


def _way_out(path: str, error: OSError) -> str:
    """What to do about an experiment that cannot be read."""
    from tcwc.disk.near import experiments_in, near_files  # for mistakes only

    if not boundary_of(path).holds(path):  # no names of what is there
        return _help(error)
    if isinstance(error, FileNotFoundError):
        near = near_files(path, find_experiments)
        if near:
            return f"did you mean {either(near)}?"
        there = experiments_in(os.curdir, find_experiments, looks_like_experiment)
        return "name an experiment that is there" + (f": {either(there)}" if there else "")
    if isinstance(error, IsADirectoryError):
        there = experiments_in(path, find_experiments, looks_like_experiment)
        return f"name the experiment in it: {either(there)}" if there else "name a file in it"
    return _help(error)


def is_tracked(path: str) -> bool:
    """Whether git knows a file, there or not; false where there is no git, or no repository."""
    folder = real_path(os.path.dirname(path))
    # The folder may have been removed, mapping and all, and git still has it.
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    if top_of(folder) is None:
        return False
    # Only now: without a repository no git is started.
    from tcwc.disk.processes import git

    name = os.path.join(real_path(os.path.dirname(path)), os.path.basename(path))
    done = git(["ls-files", "--error-unmatch", "--", name], folder=folder)
    return done is not None and done.status == 0


def folders_in(folder: str) -> list[str]:
    """The folders in a folder, sorted; none where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []
    return [os.path.normpath(os.path.join(folder, name)) for name in sorted(found)]
