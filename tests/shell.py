"""A bash in which `tcwc` is the program: a process each time, or this very process.

A start of Python costs many times what most scripts try. What a process has of its own (streams,
environment, locale, signals) is tried with processes.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from tcwc.cli import main
from tests.study import inside

SECONDS = 120

_PROCESS = f'tcwc() {{ {sys.executable} -m tcwc "$@"; }}; '
_HERE = """\
tcwc() {
  local status
  printf '%s\\0' "$PWD" "$@" > "$ASKED"
  read -r status < "$ANSWERED"
  cat "$ANSWERED.out"; cat "$ANSWERED.err" >&2
  return "$status"
}
"""


def bash_with_processes(
    script: str, folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """What bash makes of a script in a folder."""
    command = [str(shutil.which("bash")), "-c", _PROCESS + script]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=SECONDS)


def bash_here(
    script: str, folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """The same, where this process does what `tcwc` is called for: with the folder and the words
    that bash gives it."""
    with tempfile.TemporaryDirectory() as own:
        asked, answered = Path(own, "asked"), Path(own, "answered")
        os.mkfifo(asked)
        os.mkfifo(answered)
        out, err = Path(own, "out"), Path(own, "err")  # no pipes: nobody reads while tcwc runs
        command = [str(shutil.which("bash")), "-c", _HERE + script]
        names = {"ASKED": str(asked), "ANSWERED": str(answered)}
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                command, cwd=folder, env={**env, **names}, stdout=to_out, stderr=to_err
            )
            end = threading.Thread(target=_end, args=(process, asked))
            end.start()
            while words := asked.read_bytes():  # waits until somebody has written all of it
                _answer(words, answered)
            end.join()
        return subprocess.CompletedProcess(
            command, process.returncode, out.read_bytes(), err.read_bytes()
        )


def _end(process: subprocess.Popen[bytes], asked: Path) -> None:
    """Wait for the end of a script, and ask nothing, which is the last that is asked."""
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    asked.write_bytes(b"")


def _answer(words: bytes, answered: Path) -> None:
    folder, *argv = (os.fsdecode(word) for word in words.split(b"\0")[:-1])
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    with inside(Path(folder)), redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(argv)
        except SystemExit as end:  # argparse has said what there is to say
            status = end.code if isinstance(end.code, int) else 0
    for stream, suffix in ((out, ".out"), (err, ".err")):
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        answered.with_name(answered.name + suffix).write_bytes(stream.buffer.getvalue())
    answered.write_text(f"{status}\n")
