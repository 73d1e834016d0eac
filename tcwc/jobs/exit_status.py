"""What the exit status of a job says."""

from __future__ import annotations

from collections.abc import Mapping
from signal import Signals

FINISHED, REFUSED, HAS_IT = 0, 65, 75
SIGNAL = 128
"""What shells add to the number of a signal that ended a program."""
OWN = (REFUSED, 66, 70, 73, 74, HAS_IT)
"""Those that are the job script's, and not the training's: to begin again would not help."""

_WORDS: Mapping[int, str] = {
    REFUSED: "refused",
    66: "no such run in the job script",
    70: "it ended well, and left no result",
    73: "its folder cannot be written to",
    74: "it could not be prepared",
    HAS_IT: "another process has it",
    126: "the program that trains cannot be run",
    127: "the program that trains is not there",
}


def meaning(status: int) -> str:
    """What an exit status of a job says that is not the training's own; "" for one that is."""
    return _WORDS.get(status, "")


def ending(status: int) -> str:
    """The exit status of a job in words."""
    if status > SIGNAL:
        try:
            return f"ended by {Signals(status - SIGNAL).name}"
        except ValueError:
            pass
    return meaning(status) or f"failed, exit {status}"
