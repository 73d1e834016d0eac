"""Whether a mapping that is not there was there before: git may know, or the folder beside it.

Without it ids start over, and mean other runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from shlex import quote

from tcwc.backend.lock_error import LockError
from tcwc.backend.lock_reader import read_head
from tcwc.files import MAPPING, Place, folders_in, git_index, read_mapping
from tcwc.owner import is_owner, owner_there

_BEFORE_THE_PATH = 2
"""Bytes of an entry's flags before its path; the lower 12 bits are the length of the path."""
_MOST = 0xFFF


def lost(place: Place, name: str, folder: str) -> tuple[str, str] | None:
    """What is wrong, and the way out, where the experiment `name` surely had a mapping in its
    `folder`, or under another name of its source; None where nothing tells of one."""
    mapping = os.path.join(folder, MAPPING)
    if _is_tracked(mapping):
        return (
            f"there is no {MAPPING} in {folder}, and git has one: without the record the ids would"
            " start over, and mean other runs",
            f"take it back: `git checkout -- {quote(mapping)}`; or start the ids over with"
            " --renumber",
        )
    found = next(_of_this_experiment(place, name, folder), None)
    if found is None:
        return None
    here, (other, why) = os.path.normpath(place.path), found
    return (
        f"{other} has the runs of {why}: in {folder} the ids would start over, and mean other runs",
        f"move the folder along (`git mv {quote(other)} {quote(folder)}`), then `tcwc build"
        f" {quote(here)} --adopt-mapping`; or start the ids over with --renumber",
    )


def _is_tracked(path: str) -> bool:
    """Whether the index of a git repository has a path; one that packs paths tells nothing."""
    found = git_index(os.path.dirname(path))
    if found is None:
        return False
    top, index = found
    name = os.path.relpath(os.path.realpath(path), top).replace(os.path.sep, "/").encode()
    at = index.find(name + b"\0")
    while at >= 0:
        flags = index[at - _BEFORE_THE_PATH : at]
        if int.from_bytes(flags, "big") & _MOST == min(len(name), _MOST):
            return True
        at = index.find(name + b"\0", at + 1)
    return False


def _of_this_experiment(place: Place, name: str, folder: str) -> Iterator[tuple[str, str]]:
    """The folders beside a source with a mapping of its runs, and whose they are.

    They are its own where its `output:` was another, or those of a source that is gone, which may
    have been renamed.
    """
    for there in folders_in(place.folder):
        if os.path.realpath(there) == os.path.realpath(folder):
            continue
        with suppress(OSError, ValueError, LockError):
            text = read_mapping(there)
            head = None if text is None else read_head(text)
            if head is None or head.experiment != name:
                continue
            if is_owner(place, name, there, (head.source, head.experiment)):
                yield there, f"{os.path.normpath(place.path)}, which named that folder before"
            elif owner_there(there, head.source) is None:
                yield there, f"the experiment {name}, and its source {head.source} is gone"
