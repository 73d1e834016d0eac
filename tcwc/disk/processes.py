"""The only place where other programs are started."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tcwc.model.frozen import dataclass

if TYPE_CHECKING:
    from subprocess import CompletedProcess, Popen


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
    return run(_of_git(arguments), text=text, folder=folder, timeout=_SECONDS, environment=_QUIET)


def git_bytes(arguments: Sequence[str], *, text: str = "", folder: str) -> bytes | None:
    """The very bytes of what git says; None where it says that it cannot, too."""
    done = _ended(_of_git(arguments), text.encode(), folder, _SECONDS, {**os.environ, **_QUIET})
    return done.stdout if done is not None and done.returncode == 0 else None


_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}


def _of_git(arguments: Sequence[str]) -> list[str]:
    settings = [part for each in _RUNS_NOTHING.items() for part in ("-c", "=".join(each))]
    return ["git", "--no-pager", *settings, *arguments]


def run(
    command: Sequence[str],
    *,
    text: str = "",
    folder: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
    environment: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
    errors: str = "surrogateescape",
) -> Done | None:
    """Run a program with a text on its stdin; None where it cannot be run, or takes too long.

    `folder` is where it runs, `timeout` are seconds, `environment` is added to this process's own,
    of which variables that begin as `without` says are left out. `errors` is what becomes of bytes
    that are no UTF-8. However its lines end, they end with a line feed here.
    """
    variables = _environment_of(environment, without) if environment or without else None
    done = _ended(command, text.encode("utf-8", errors), folder, timeout, variables)
    if done is None:
        return None
    out, err = (each.decode("utf-8", errors) for each in (done.stdout, done.stderr))
    return Done(done.returncode, _lines(out), _lines(err))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _ended(
    command: Sequence[str],
    text: bytes,
    folder: str | os.PathLike[str] | None,
    timeout: float | None,
    environment: Mapping[str, str] | None,
) -> CompletedProcess[bytes] | None:
    from subprocess import SubprocessError, run  # few commands start any

    try:
        return run(
            command,
            cwd=folder,
            input=text,
            capture_output=True,
            timeout=timeout,
            check=False,
            env=environment,
        )
    except (OSError, SubprocessError):
        return None


def _environment_of(more: Mapping[str, str] | None, without: tuple[str, ...]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    return {**kept, **(more or {})}


_SLURM_SECONDS = 20
"""What a command of Slurm's may take: one whose settings are not there blocks for a minute."""

_FILTERS = ("SQUEUE_", "SACCT_", "SCONTROL_", "SLURM_TIME_FORMAT", "SLURM_CLUSTERS")
"""Variables by which people make Slurm's commands show less, or otherwise."""


def slurm(command: Sequence[str]) -> Done | None:
    """Ask Slurm something, whatever a person likes to see of it; None where it cannot be asked, or
    takes too long."""
    return run(
        command,
        timeout=_SLURM_SECONDS,
        environment={"LC_ALL": "C"},
        without=_FILTERS,
        errors="replace",
    )


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


MARK = "TCWC_STARTED"
"""What a `Child` and all that it starts have in their environment, however they leave its group."""


class Child:
    """A program that runs in a session of its own, where no Ctrl-C of a terminal reaches it."""

    def __init__(self, process: Popen[bytes], mark: str) -> None:
        self._process = process
        self._mark = mark

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit status as shells have it (128 and the signal's number); None while it runs."""
        status = self._process.poll()
        return status if status is None or status >= 0 else 128 - status

    @property
    def was_killed(self) -> bool:
        """Whether a signal ended it, so that it has ended nothing of what it had started."""
        return (self._process.returncode or 0) < 0

    def signal(self, number: int) -> None:
        """Send it a signal, and what it has started none."""
        if self._process.poll() is None:
            with suppress(OSError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it and all that it has started, whatever session that has made for itself.

        What starts others while it is looked for is found the next time; where there is no /proc,
        only the program's own group is.
        """
        for _ in range(_ROUNDS):
            with suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
            left = marked(self._mark)
            if not left:
                return
            for each in left:
                with suppress(OSError):
                    os.kill(each, signal.SIGKILL)


_ROUNDS = 5


def start(
    command: Sequence[str],
    *,
    folder: str,
    environment: Mapping[str, str],
    output: int,
    keep: Sequence[int] = (),
) -> Child:
    """Start a program without stdin that writes to a file, by its descriptor; `keep` are others
    that it has, for as long as it or what it starts lives. Raises OSError."""
    from subprocess import DEVNULL, STDOUT, Popen

    mark = f"{os.getpid()}-{os.urandom(8).hex()}"
    process = Popen(
        command,
        cwd=folder,
        stdin=DEVNULL,
        stdout=output,
        stderr=STDOUT,
        env={**os.environ, **environment, MARK: mark},
        start_new_session=True,
        pass_fds=keep,
    )
    return Child(process, mark)


def marked(mark: str) -> list[int]:
    """The processes of this user that carry a mark; none where the system does not tell."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    with suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdecimal() and wanted in _environment(name).split(b"\0"):
                found.append(int(name))
    return found


def _environment(process: str) -> bytes:
    with suppress(OSError), open(f"/proc/{process}/environ", "rb") as file:
        return file.read()
    return b""
