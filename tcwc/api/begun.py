"""What is to be seen on this machine of runs that were begun."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.jobs.states.stamp import Stamp


class Begun(Protocol):
    """What a process has begun: a run, or an attempt of one or of an evaluation."""

    @property
    def host(self) -> str: ...
    @property
    def pid(self) -> int | None: ...


def is_gone(begun: Begun) -> bool:
    """Whether the process that has something was one of this machine, and is there no more."""
    if begun.pid is None or begun.host != os.uname().nodename:
        return False
    try:
        os.kill(begun.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return _is_dead(begun.pid)


def _is_dead(process: int) -> bool:
    """Whether a process has ended and nobody has asked how, as is often so in containers."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(") ")[2][:1] in ("Z", "X")
    except OSError:
        return False


def was_killed(attempts: Stamp) -> bool:
    """Whether the last of some attempts has no end, and its process, of this machine, is gone."""
    last = attempts.last
    return last is not None and last.is_open and last.claim is not None and is_gone(last.claim)


def has_state(compilation: Compilation, folder: str) -> bool:
    """Whether a training left in a folder what one goes on from: its state, and weights of an
    epoch, which may have been pruned."""
    training = compilation.build.experiment.target.training
    if training is None or not training.state:
        return False
    place, names = os.path.join(compilation.place.folder, folder), list[str]()
    with suppress(OSError):
        names = os.listdir(place)
    return bool(training.epochs_in(names)) and os.path.exists(os.path.join(place, training.state))
