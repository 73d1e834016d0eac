"""Files that are written once, and never changed: copies of configs, and what really ran."""

from __future__ import annotations

import os
from contextlib import suppress

from tcwc.disk.plain import read_plain
from tcwc.model.limits import CONFIG

_MODE = 0o444


def write_once(folder: str, name: str, text: str) -> bool:
    """A file of these bytes, whole and not to be changed; whether it was not there yet.

    One that is there with other bytes is put aside (`NAME.edited`), as its name says what is in it.
    Raises OSError.
    """
    path, data = os.path.join(folder, name), text.encode()
    try:
        if read_plain(path, CONFIG.at_most) == data:
            return False
        os.replace(path, f"{path}.edited")
    except FileNotFoundError:
        pass
    staging = os.path.join(folder, f".{name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        with open(staging, "xb") as file:
            file.write(data)
        os.chmod(staging, _MODE)
        os.replace(staging, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(staging)
    return True
