"""Experiments that git tracks in folders that a walk leaves out: hidden, installed, too deep.

A gate that passes them over says that all is well of what it has not seen. Git is started only
where its index names one: most calls end with a look at that file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from tcwc.disk.boundary import real_path, top_of
from tcwc.disk.plain import read_plain

_MARK = b"experiment.y"
_LONGEST = 4096
"""No path is longer."""

_BEFORE = 24
"""Bytes of a hash and of flags that may stand before a path."""

_MOST = 200_000_000
"""Bytes of an index that are looked at here; of a larger one git is asked."""


def tracked_apart(folder: str, is_left_out: Callable[[str], bool]) -> list[str]:
    """The files below a folder that git tracks, that go by the name of an experiment, and that are
    left out, asked of each path from there. Sorted; none where there is no repository or no git."""
    if not _may_have_some(real_path(folder), is_left_out):
        return []
    from tcwc.disk.processes import git

    done = git(["ls-files", "-z", "--", "*experiment.yaml", "*experiment.yml"], folder=folder)
    if done is None or done.status != 0:
        return []
    paths = (os.path.normpath(os.path.join(folder, each)) for each in done.out.split("\0") if each)
    below = ((path, os.path.relpath(path, folder)) for path in paths)
    return sorted(p for p, name in below if is_left_out(name) and os.path.lexists(p))


def _may_have_some(folder: str, is_left_out: Callable[[str], bool]) -> bool:
    """Whether the index of the repository that a folder is in may name such a file."""
    top = top_of(folder)
    if top is None:
        return False
    if not os.path.isdir(os.path.join(top, ".git")):
        return True  # of a worktree, whose index is elsewhere
    try:
        index = read_plain(os.path.join(top, ".git", "index"), _MOST)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    # In these forms paths do not stand whole in the file.
    return index[4:8] == b"\0\0\0\4" or b"link" in index or any(map(is_left_out, _paths(index)))


def _paths(index: bytes) -> Iterator[str]:
    """What may be the paths of experiments in an index. What stands before a path, up to the last
    byte of no value, belongs to its entry: each beginning of the first folder's name is tried."""
    at = index.find(_MARK)
    while at >= 0:
        start = index.rfind(b"\0", max(at - _LONGEST, 0), at) + 1
        path = os.fsdecode(index[start : at + len(_MARK)])
        first = path.find("/")
        yield from (path[begin:] for begin in range(min(first, _BEFORE) + 1))
        at = index.find(_MARK, at + 1)
