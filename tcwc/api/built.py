"""What a build wrote, where an experiment is asked for: whose it is."""

from __future__ import annotations

import os
from contextlib import suppress

from tcwc.api.owner import shown
from tcwc.builds.errors import LockError
from tcwc.builds.mapping_reader import read_head
from tcwc.disk.folder import MAPPING, Folder
from tcwc.model.printable import shell_path
from tcwc.model.signature import Signature, signature


def source_of(folder: str) -> str:
    """The experiment that a folder has the configs of, as its mapping says; "" for others."""
    with suppress(OSError, ValueError, LockError):
        text = Folder(folder).read_mapping()
        if text is not None:
            return shown(os.path.normpath(folder), read_head(text).source)
    return ""


def built(path: str, text: str) -> tuple[str, str] | None:
    """What is wrong, and what to name instead, where a text is a config that a build wrote."""
    if os.path.basename(path) == MAPPING:
        source = source_of(os.path.dirname(path) or os.curdir)
        return f"{path} is what a build recorded, and no experiment", _name(source)
    signed = signature(text)
    if signed.signature is Signature.FOREIGN:
        return None
    source = source_of(os.path.dirname(path) or os.curdir)
    help = _name(source)
    if source:
        help += f": `tcwc show {shell_path(source)} {signed.run_id}` prints this config"
    return f"{path} is the config of {signed.run_id}, which a build wrote, and no experiment", help


def _name(source: str) -> str:
    return f"name {source or 'the experiment that it was built from'}"
