"""The only place where other programs are started."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """What a program that has ended gave: its exit status, and what it wrote."""

    status: int
    out: str
    err: str


_SECONDS = 20
"""What git may take."""

_RUNS_NOTHING = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": "false",
    "credential.helper": "",
    "protocol.allow": "never",  # a partial clone would fetch what is missing, by whatever program
    "safe.bareRepository": "explicit",  # a folder that looks like one may come in a commit
}
"""Settings of git by which a repository's own, or those of one within it, name programs."""


def git(arguments: Sequence[str], *, text: str = "", folder: str | None = None) -> Done | None:
    """Ask git something; it starts no other program, whatever the repository's settings say.

    None where there is no git, or it takes too long.
    """
    settings = [part for each in _RUNS_NOTHING.items() for part in ("-c", "=".join(each))]
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "--no-pager", *settings, *arguments]
    return run(command, text=text, folder=folder, timeout=_SECONDS, environment=quiet)


def run(
    command: Sequence[str],
    *,
    text: str = "",
    folder: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> Done | None:
    """Run a program with a text on its stdin; None where it cannot be run, or takes too long.

    `folder` is where it runs, `timeout` are seconds, `environment` is added to this process's own.
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
            env={**os.environ, **environment} if environment else None,
        )
    except (OSError, SubprocessError):
        return None
    return Done(done.returncode, done.stdout, done.stderr)
