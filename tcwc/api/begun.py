"""What is to be seen on this machine of runs that were begun."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tcwc.jobs.states.rows import RunStatus

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


def is_gone(row: RunStatus) -> bool:
    """Whether the process that has a run was one of this machine, and is there no more."""
    if row.pid is None or row.host != os.uname().nodename:
        return False
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return _is_dead(row.pid)


def _is_dead(process: int) -> bool:
    """Whether a process has ended and nobody has asked how, as is often so in containers."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(") ")[2][:1] in ("Z", "X")
    except OSError:
        return False


def has_state(compilation: Compilation, folder: str) -> bool:
    """Whether a training left in a folder what one goes on from."""
    training = compilation.build.experiment.target.training
    if training is None or not training.state:
        return False
    return os.path.exists(os.path.join(compilation.place.folder, folder, training.state))
