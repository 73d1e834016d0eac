"""The only place where other programs are started."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """What a program that has ended gave: its exit status, and what it wrote."""

    status: int
    out: str
    err: str


def run(
    command: Sequence[str],
    *,
    text: str = "",
    folder: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
) -> Done | None:
    """Run a program with a text on its stdin; None where it cannot be run, or takes too long.

    `folder` is where it runs, `timeout` are seconds.
    """
    from subprocess import SubprocessError, run  # few commands start any

    try:
        done = run(
            command,
            cwd=folder,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=timeout,
            check=False,
        )
    except (OSError, SubprocessError):
        return None
    return Done(done.returncode, done.stdout, done.stderr)
