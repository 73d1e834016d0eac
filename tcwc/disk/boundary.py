"""What belongs to a repository: real paths below its top, but for git's own files.

A checkout keeps tokens in `.git/config`, and programs in `.git/hooks`: neither are what a pull
request changes, so they are outside as the rest of the machine is.
"""

from __future__ import annotations

import os

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Boundary:
    """The top of a repository, as a real path; None where there is none, so that all is inside."""

    root: str | None

    def holds(self, path: str) -> bool:
        """Whether what a path leads to, by whatever links, belongs to the repository."""
        if self.root is None:
            return True
        real = real_path(path)
        top = os.path.join(self.root, "")
        if not os.path.join(real, "").startswith(top):
            return False
        return not any(map(_is_gits, real[len(top) :].split(os.sep)))


def real_path(path: str) -> str:
    """Where a path leads; one that nobody can follow (a NUL in it, a thousand links) is itself."""
    try:
        return os.path.realpath(path)
    except (ValueError, RecursionError):
        return os.path.abspath(path)


def boundary_of(path: str, *, alone: bool = False) -> Boundary:
    """The repository that a file is in; where a link on the way leads out of one, that one.

    Where there is none, with `alone` the folder that the file is in.
    """
    path = os.path.abspath(path)
    link = _first_link(path)
    root = top_of(os.path.dirname(link)) if link else None
    boundary = Boundary(root)
    if root is None or boundary.holds(path):
        boundary = Boundary(top_of(os.path.dirname(real_path(path))) or root)
    if boundary.root is None and alone:
        return Boundary(real_path(os.path.dirname(path)))
    return boundary


def _first_link(path: str) -> str | None:
    """The first link on the way to a file, itself included; None where there is none."""
    if real_path(path) == path:
        return None
    folder, found = path, None
    while folder != os.path.dirname(folder):
        if os.path.islink(folder):
            found = folder
        folder = os.path.dirname(folder)
    return found


def top_of(folder: str) -> str | None:
    """The repository's top at or above a folder on whose path no link is; None without one."""
    # In a worktree and in a submodule `.git` is a file.
    while not os.path.lexists(os.path.join(folder, ".git")):
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)
    return real_path(folder)


def _is_gits(name: str) -> bool:
    """Whether a file system may take a name for `.git`."""
    return name.casefold().rstrip(". ") == ".git" or name.casefold() == "git~1"
