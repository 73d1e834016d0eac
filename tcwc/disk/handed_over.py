"""What was handed to a scheduler: the folder `slurm/` of an output folder, as texts.

It is of one checkout, and no part of a build: jobs write into it too, so that lines may be torn.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress

from tcwc.disk.plain import read_head, read_plain
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import FROZEN, JOBS, NOT_PROFILES, RECORD, REFUSED, SCRIPT

_JOBS_LARGEST = 1 << 28
_REFUSAL_LARGEST = 1 << 16
_SCRIPT_HEAD = 1 << 14
"""Bytes of a job script in which the directives stand."""
_LOG_END = 1 << 16
"""Bytes at the end of a log in which slurmstepd's line is looked for."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The folder `slurm/` of an output folder, there or not."""

    path: str

    def profiles(self) -> list[str]:
        """The names of the profiles that something was made for, sorted."""
        with suppress(OSError), os.scandir(self.path) as entries:
            return sorted(e.name for e in entries if e.name not in NOT_PROFILES and e.is_dir())
        return []

    def jobs(self, profile: str) -> list[str]:
        """The lines about the runs that were submitted with a profile, oldest first."""
        path = os.path.join(self.path, profile, RECORD)
        try:
            return read_plain(path, _JOBS_LARGEST).decode("utf-8", "replace").splitlines()
        except OSError:
            return []

    def script_head(self, profile: str) -> str:
        """The beginning of the script that was made for a profile; "" where there is none."""
        try:
            data = read_head(os.path.join(self.path, profile, SCRIPT), _SCRIPT_HEAD)
            return data.decode("utf-8", "replace")
        except OSError:
            return ""

    def refused(self) -> Iterator[str]:
        """What is said of the runs that the door refused, a text each."""
        folder = os.path.join(self.path, REFUSED)
        names: list[str] = []
        with suppress(OSError):
            names = sorted(os.listdir(folder))
        for name in names:
            if name.endswith(".json"):
                with suppress(OSError, UnicodeDecodeError):
                    yield read_plain(os.path.join(folder, name), _REFUSAL_LARGEST).decode()


def log_end(path: str, most: int = _LOG_END) -> str:
    """The end of a log, in which may be anything; "" where it cannot be read. `most` are bytes."""
    try:
        # Not `read_plain`: a log may be larger than any memory, and is being written.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ""
    with suppress(OSError), os.fdopen(fd, "rb") as file:
        file.seek(max(os.fstat(fd).st_size - most, 0))
        return file.read(most).decode("utf-8", "replace")
    return ""


def is_log(path: str) -> bool:
    """Whether there is a log, with something in it or not: Slurm makes one when a job begins."""
    return os.path.isfile(path)


def wall_clock(text: str) -> float | None:
    """The unix time of `2026-11-30T00:12:13` on this machine's clock; None for what is none."""
    with suppress(ValueError, OverflowError):
        return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))
    return None


def frozen_bytes(output: str, digest: str) -> bytes | None:
    """The copy of a config that jobs ran, by the sha256 that it has; None where there is none."""
    if re.fullmatch("[0-9a-f]{64}", digest) is None:
        return None
    try:
        return read_plain(os.path.join(output, JOBS, FROZEN, f"{digest}.yaml"))
    except OSError:
        return None
