"""The only place where other programs are started."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

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


def bounded(command: Sequence[str], *, folder: str, seconds: float, most: int) -> Done:
    """Run a program that may be any, without stdin, and give the first `most` bytes at most of
    what it writes.

    Raises OSError where it cannot be run, writes more, or takes longer than so many seconds; what
    it has started is then ended with it.
    """
    from subprocess import DEVNULL, PIPE, Popen
    from threading import Thread

    read: list[bytes] = []
    child = Popen(
        command, cwd=folder, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    assert child.stdout is not None
    stream = child.stdout
    reader = Thread(target=lambda: read.append(stream.read(most + 1)), daemon=True)
    reader.start()
    reader.join(seconds)
    is_late = reader.is_alive()
    # What it started may hold the pipe that is read from.
    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
    status = child.wait()
    reader.join(1)
    if not reader.is_alive():  # else to close it would wait for what left the group
        stream.close()
    if is_late:
        raise TimeoutError(errno.ETIMEDOUT, f"it takes more than {seconds:g} s")
    if len(read[0]) > most:
        raise OSError(errno.EFBIG, f"it writes more than {most:,} bytes")
    return Done(status, read[0].decode("utf-8", "replace"), "")
