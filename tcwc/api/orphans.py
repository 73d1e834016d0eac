"""Output folders of experiments that are gone: nothing checks what lies in them any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress

from tcwc.api.lost import is_kept
from tcwc.api.owner import owner_there, shown
from tcwc.builds.errors import LockError
from tcwc.builds.mapping_reader import read_head
from tcwc.disk.boundary import real_path
from tcwc.disk.folder import Folder


def orphans(folders: Sequence[str], owned: Collection[str]) -> Iterator[tuple[str, str]]:
    """Those of some folders whose mapping names a source that is not there, and that source.

    `owned` are the output folders of experiments that are. What was built elsewhere with `-o`, and
    what cannot be read, is none.
    """
    real = {real_path(folder) for folder in owned}
    for folder in folders:
        if real_path(folder) in real:
            continue
        with suppress(OSError, ValueError, LockError):
            text = Folder(folder).read_mapping()
            head = None if text is None else read_head(text)
            if head is None or not is_kept(folder, head.source):
                continue
            if owner_there(folder, head.source) is None:
                yield folder, shown(folder, head.source)
