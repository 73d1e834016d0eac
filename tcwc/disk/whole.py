"""Writes files whole or not at all: each of them, and all that belong together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tcwc.disk.plain import read_plain
from tcwc.model.frozen import dataclass

_NEW_MODE = 0o644


@dataclass(frozen=True, slots=True)
class NewFile:
    """What is to stand in a file. `old` are the bytes that are there, None where there is none.

    `in_place`: the file has several names, and keeps them all, so that its bytes are written over.
    """

    path: str
    data: bytes
    old: bytes | None = None
    mode: int = _NEW_MODE
    in_place: bool = False


def replace_files(files: Sequence[NewFile]) -> None:
    """Put files in their places, over what is there: all of them, or none.

    Raises OSError, with the path of the file that it is about, and leaves what was there then. All
    that can be written before anything changes is, and what puts it back as well: what is left to
    do are renames.
    """
    # What is written in its place may fail half-way, so nothing else is done before it.
    ordered = sorted(files, key=lambda file: not file.in_place)
    staged: list[str] = []
    done: list[tuple[NewFile, str]] = []
    try:
        # One alone is there or not: nothing puts it back.
        ready = [_staged(each, staged, alone=len(ordered) == 1) for each in ordered]
        for each, (new, back) in zip(ordered, ready, strict=True):
            done.append((each, back))
            with _of(each):
                if each.in_place:
                    _overwrite(each.path, each.data)
                else:
                    os.replace(new, each.path)
    except BaseException:  # Ctrl-C too
        for each, back in reversed(done):
            _put_back(each, back)
        raise
    finally:
        for path in staged:
            if os.path.lexists(path):
                os.unlink(path)


@contextmanager
def _of(file: NewFile) -> Iterator[None]:
    """Names the file in what goes wrong, and not one that is there for a while only."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, file.path) from error


def bytes_at(path: str, most: int) -> bytes | None:
    """The bytes of a file that is to be replaced, of at most so many; None where there is none.

    Raises OSError.
    """
    try:
        return read_plain(path, most)
    except FileNotFoundError:
        return None


def _staged(file: NewFile, staged: list[str], *, alone: bool) -> tuple[str, str]:
    """The new bytes of a file and the old ones, each beside it in a file; "" for what needs none.

    Each is noted in `staged` before it is made.
    """
    with _of(file):
        if file.in_place:
            with open(file.path, "r+b"):  # whether it can be
                return "", ""
        new = _beside(file, file.data, staged)
        return new, "" if alone or file.old is None else _beside(file, file.old, staged)


def _beside(file: NewFile, data: bytes, staged: list[str]) -> str:
    # As the folders of builds are called: what a dead process left is known for what it is.
    unique = f"{os.getpid()}-{os.urandom(4).hex()}"
    path = os.path.join(os.path.dirname(file.path), f".tcwc-file-{unique}.tmp")
    staged.append(path)
    with open(path, "xb") as staging:
        os.chmod(path, file.mode)
        staging.write(data)
    return path


def _put_back(file: NewFile, back: str) -> None:
    """What stood in a file, whether or not it was replaced by now."""
    with suppress(OSError):
        if file.in_place:
            _overwrite(file.path, file.old or b"")
        elif file.old is None:
            os.unlink(file.path)
        elif back:
            os.replace(back, file.path)


def _overwrite(path: str, data: bytes) -> None:
    """Put new bytes in a file that has several names, and keeps them."""
    with open(path, "r+b") as file:
        file.write(data)
        file.truncate()
