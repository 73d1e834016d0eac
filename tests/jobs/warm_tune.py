"""A real `tune` that is imported once: each of its trainings is a fork of one process.

An import of torchtune takes five times as long as a tiny training. For sweeps of many trainings
that come to their end: what is killed is no child of who kills it.

    python warm_tune.py serve SOCKET RECIPE    with the Python of torchtune
    python warm_tune.py call SOCKET WORDS      what `tune WORDS` does, with what this process has
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import traceback

_FILES = [0, 1, 2]


def serve(path: str, recipe: str) -> None:
    """Import all that a recipe does, then train whatever is asked for, each in a child."""
    import runpy
    from pathlib import Path

    import torchtune
    from torchtune._cli.tune import main

    recipes = Path(torchtune.__file__).parents[1] / "recipes"
    runpy.run_path(str(recipes / f"{recipe}.py"), run_name="warm")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{path}.new")
        server.listen(64)
        os.rename(f"{path}.new", path)
        while True:
            asked, _ = server.accept()
            if not os.fork():
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                server.close()
                _train(asked, main)
            asked.close()


def _train(asked: socket.socket, main: object) -> None:
    """Become who asked, as far as a program can tell, and say how it ended. Never returns."""
    code = 1
    try:
        _, files, _, _ = socket.recv_fds(asked, 1, len(_FILES))
        for file, own in zip(files, _FILES, strict=True):
            os.dup2(file, own)
        words, folder, environment = json.loads(asked.makefile("rb").readline())
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["tune", *words]
        main()  # type: ignore[operator]
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else bool(end.code)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    asked.sendall(bytes([code]))
    os._exit(code)


def call(path: str, words: list[str]) -> int:
    """The exit status of `tune` with such words."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        socket.send_fds(server, [b"\0"], _FILES)
        server.sendall(json.dumps([words, os.getcwd(), dict(os.environ)]).encode() + b"\n")
        said = server.recv(1)
    return said[0] if said else 128 + signal.SIGKILL


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    sys.exit(call(sys.argv[2], sys.argv[3:]))
