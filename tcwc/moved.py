"""Runs of a branch that was merged: which ids they had there, from the files that it left."""

from __future__ import annotations

import os
from hashlib import sha256

from tcwc.backend.run_files import RUN_FILE
from tcwc.backend.run_mapping import Lock
from tcwc.backend.torchtune_yaml import Signature, signature
from tcwc.files import read_config


class Strays:
    """Configs in a folder that tcwc made and that the mapping there does not know."""

    def __init__(self, folder: str, lock: Lock | None) -> None:
        self._ids: dict[bytes, str] = {}
        for id in _unrecorded(folder, lock) if lock else ():
            text = read_config(folder, id)
            if text is not None and signature(text).signature is Signature.INTACT:
                self._ids[_without_id(text.replace("\r\n", "\n"), id)] = id

    def id_of(self, text: str, id: str) -> str | None:
        """The id under which a run's config was left in the folder; None where it was not."""
        return self._ids.get(_without_id(text, id)) if self._ids else None


def _unrecorded(folder: str, lock: Lock) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    ids = [name.removesuffix(".yaml") for name in names if RUN_FILE.fullmatch(name)]
    return [id for id in ids if id not in lock.runs and id not in lock.retired]


def _without_id(text: str, id: str) -> bytes:
    """What identifies a config under whatever id; its header is left out."""
    body = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    return sha256(body.replace(id, "").encode(errors="surrogateescape")).digest()
