"""Which files git leaves out: its own answer, by `.gitignore` and whatever else it goes by."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tcwc.disk.boundary import real_path


def without_ignored(paths: Sequence[str]) -> list[str]:
    """The paths without those that git ignores; all where there is no git, or no `.gitignore`.

    What is tracked is not ignored, whatever a `.gitignore` says.
    """
    if not any(map(_is_below_gitignore, {os.path.dirname(path) or "." for path in paths})):
        return list(paths)  # most calls: git is not started
    from tcwc.disk.processes import git

    done = git(["check-ignore", "-z", "--stdin"], text="\0".join(paths))
    # 1: none is ignored. Others (128): a path that git does not judge, as one of a submodule.
    if done is None or done.status != 0:
        return list(paths)
    ignored = set(done.out.split("\0"))
    return [path for path in paths if path not in ignored]


def _is_below_gitignore(folder: str) -> bool:
    """Whether a folder, or one above it in its repository, has a `.gitignore`; not where one of
    them is no file."""
    above, found = real_path(folder), False
    while True:
        here = os.path.join(above, ".gitignore")
        if os.path.lexists(here) and not os.path.isfile(here):
            return False  # git would wait for who writes to a pipe
        found = found or os.path.isfile(here)
        if os.path.lexists(os.path.join(above, ".git")):
            return found
        if above == os.path.dirname(above):
            return False
        above = os.path.dirname(above)
