"""Where the files of an experiment are, and how they are read. With `data` and the writer, disk."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BYTES = 32_000_000
"""A source larger than this is no experiment that anybody wrote."""

MAPPING = "run_mapping.yaml"
_EXPERIMENT = re.compile(r"(?:(?P<stem>.+)\.)?experiment\.ya?ml")
_SECTION = re.compile(r"^(?:experiment_name|variables)\s*:", re.MULTILINE)
_SKIPPED = frozenset(("node_modules", "site-packages", "__pycache__", "venv"))


class FileProblem(Exception):
    """A file that cannot be read as text: `message` says which and why, `help` the way out."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


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
        return _decode(_read_bytes(os.path.join(self.folder, os.path.expanduser(name))))

    def source(self) -> str:
        """The text of the experiment. Raises FileProblem."""
        try:
            return _decode(_read_bytes(self.path))
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode()) + 1
            raise FileProblem(
                f"{self.path}:{line}:{column}: not UTF-8 text: "
                f"byte 0x{error.object[error.start]:02x}",
                "save it as UTF-8",
            ) from None
        except OSError as error:
            raise FileProblem(
                f"cannot read {self.path}: {error.strerror or error}", _help(error)
            ) from None


def looks_like_experiment(path: str) -> bool:
    """Whether a file is an experiment, by its name, else by the sections that it has."""
    if _EXPERIMENT.fullmatch(os.path.basename(path)):
        return True
    try:
        return _SECTION.search(_decode(_read_bytes(path))) is not None
    except (OSError, UnicodeDecodeError):
        return not os.path.exists(path)


def find_experiments(root: str) -> Iterator[str]:
    """Every experiment file below a folder, sorted; hidden and installed ones are passed over."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        for name in sorted(files):
            if _EXPERIMENT.fullmatch(name):
                yield os.path.normpath(os.path.join(folder, name))


def read_mapping(folder: str) -> str | None:
    """The text of the mapping in an output folder; None where there is none.

    Raises OSError, UnicodeDecodeError.
    """
    path = os.path.join(folder, MAPPING)
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is not a file", path)
    try:
        with open(path, "rb") as file:
            return _decode(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _read_bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size  # 0 for what is no plain file
        data = file.read(min(size or MAX_BYTES, MAX_BYTES) + 1)
    if len(data) > MAX_BYTES:
        raise OSError(27, f"larger than {MAX_BYTES // 1_000_000} MB")
    return data


def _decode(data: bytes) -> str:
    return data.decode("utf-8-sig")


def _help(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "name an experiment file, such as experiment.yaml"
    if isinstance(error, IsADirectoryError):
        return "name the experiment file in that folder"
    return "make it readable"


def read_config(folder: str, run_id: str) -> str | None:
    """The text of a run's config; None where it cannot be read, or is no file: a pipe waits."""
    path = os.path.join(folder, f"{run_id}.yaml")
    try:
        return _decode(_read_bytes(path)) if os.path.isfile(path) else None
    except (OSError, UnicodeDecodeError):
        return None
