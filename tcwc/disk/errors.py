"""What keeps a build from being written, in words."""

from __future__ import annotations

import errno
import os

from tcwc.model.problem import Problem

_SHOWN = 5
"""Files named, and differences shown, in one error."""
_DIFF_LINES = 20


class WriteError(Problem):
    """A build that was not written: what is in the way, and the way out."""


_HELP = {
    errno.ENOSPC: "free some space, then build again",
    errno.EDQUOT: "free some of your quota, then build again",
    errno.EACCES: "make it writable, or build elsewhere with -o",
    errno.EPERM: "make it writable, or build elsewhere with -o",
    errno.EROFS: "build elsewhere with -o",
    errno.ENOTDIR: "a file is where a folder has to be: move it, or build elsewhere with -o",
    errno.EEXIST: "move what is in the way, or build elsewhere with -o",
    errno.ENOTEMPTY: "something else has made it in the meantime: build again",
    errno.EISDIR: "move the folder that is in the way, or build elsewhere with -o",
    errno.ENAMETOOLONG: "choose a shorter name with -o",
}


def explained(error: OSError, path: str) -> WriteError:
    """The error of a system call on `path`, for people."""
    reason = error.strerror or str(error)
    help = _HELP.get(error.errno or 0, "put that right, then build again")
    return WriteError(f"cannot write {path}: {reason}", help)


class Obstacles:
    """Files that keep a build from being written, collected so that one error names them all."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._in_the_way: list[str] = []
        self._edited: list[str] = []
        self._diffs: list[str] = []

    def in_the_way(self, name: str, why: str) -> None:
        self._in_the_way.append(f"{os.path.join(self._folder, name)}: {why}")

    def edited(self, name: str, standing: str, text: str | None) -> None:
        self._edited.append(os.path.join(self._folder, name))
        if text is not None and len(self._edited) <= _SHOWN:
            self._diffs += _diff(name, standing, text)

    def raise_if_any(self) -> None:
        if self._in_the_way:
            raise WriteError(
                "in the way of the build: " + _listed(self._in_the_way),
                "move what is in the way, or build elsewhere with -o (nothing was written)",
            )
        if self._edited:
            what = "was" if len(self._edited) == 1 else "were"
            raise WriteError(
                f"{_listed(self._edited)} {what} edited by hand",
                "make the change in the experiment; --force gives up the edit"
                " (nothing was written)",
                self._diffs,
            )


def _listed(items: list[str]) -> str:
    more = len(items) - _SHOWN
    return ", ".join(items[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _diff(name: str, standing: str, text: str) -> list[str]:
    """What a build would do to an edited file, as lines; bounded."""
    from difflib import unified_diff

    from tcwc.model.hidden import starred

    lines = list(
        unified_diff(
            _lines(starred(standing)),
            _lines(starred(text)),
            f"{name} (edited)",
            f"{name} (built)",
            "",
            "",
            0,
            "",
        )
    )
    more = len(lines) - _DIFF_LINES
    return lines[:_DIFF_LINES] + ([f"... {more} more lines"] if more > 0 else [])


def _lines(text: str) -> list[str]:
    readable = text.replace("\r\n", "\n")
    # Config files are small; what is not is no longer one, and would take difflib for ever.
    return [line[:200] for line in readable.split("\n")[:2000]]
