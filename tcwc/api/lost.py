"""Whether a mapping that is not there was there before: git may know, or the folder beside it.

Without it ids start over, and mean other runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from tcwc.api.owner import is_owner, owner_there
from tcwc.builds.errors import LockError
from tcwc.builds.mapping_reader import read_head
from tcwc.disk.boundary import real_path
from tcwc.disk.files import Place, folders_in, is_tracked
from tcwc.disk.folder import MAPPING, Folder
from tcwc.model.printable import shell_path


def lost(place: Place, name: str, folder: str) -> tuple[str, str] | None:
    """What is wrong, and the way out, where the experiment `name` surely had a mapping in its
    `folder`, or under another name of its source; None where nothing tells of one."""
    mapping = os.path.join(folder, MAPPING)
    if is_tracked(mapping):
        return (
            f"there is no {MAPPING} in {folder}, and git has one: without the record the ids would"
            " start over, and mean other runs",
            f"take it back: `git checkout -- {shell_path(mapping)}`; or start the ids over with"
            " --renumber",
        )
    found = next(_of_this_experiment(place, name, folder), None)
    if found is None:
        return None
    here, (other, why) = os.path.normpath(place.path), found
    old, new = shell_path(other), shell_path(folder)
    return (
        f"{other} has the runs of {why}: in {folder} the ids would start over, and mean other runs",
        f"move it along (`mkdir -p {new} && cp -R {old}/. {new} && rm -r {old}`), then `tcwc build"
        f" {shell_path(here)} --adopt-mapping`; or start the ids over with --renumber",
    )


def _of_this_experiment(place: Place, name: str, folder: str) -> Iterator[tuple[str, str]]:
    """The folders beside a source, or beside its new folder, with a mapping of its runs, and whose
    they are.

    They are its own where its `output:` was another, or those of a source that is gone, which may
    have been renamed. A build that was put elsewhere, or a copy, has a bare name for its source.
    """
    beside = dict.fromkeys((place.folder, os.path.dirname(folder) or "."))
    for there in dict.fromkeys(each for above in beside for each in folders_in(above)):
        if real_path(there) == real_path(folder):
            continue
        # A folder beside it that cannot be read tells of no runs, and stops no build.
        with suppress(OSError, ValueError, LockError):
            text = Folder(there).read_mapping()
            head = None if text is None else read_head(text)
            if head is None or head.experiment != name or not is_kept(there, head.source):
                continue
            if is_owner(place, name, there, (head.source, head.experiment)):
                yield there, f"{os.path.normpath(place.path)}, which named that folder before"
            elif owner_there(there, head.source) is None:
                yield there, f"the experiment {name}, and its source {head.source} is gone"


def is_kept(folder: str, source: str) -> bool:
    """Whether a folder is where a source of this name has its mapping, and no build elsewhere."""
    return "/" in source or os.path.basename(folder) == Place(source).default_output()
