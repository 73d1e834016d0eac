"""What each hostile text comes to: a call that ends by itself, soon, in little memory.

`python -m tests.limits.proof` tries all of them, `python -m tests.limits.proof 3` an eighth, as CI
does, and prints how many there were and what is wrong with which.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import EIGHTHS
from tests.limits.calls import limited, write, wrong
from tests.limits.pieces import PIECES
from tests.limits.places import PLACES

_ROOT = Path(__file__).parents[2]
_LINT = ("lint", "experiment.yaml")
_OTHERS = (
    ("build", "experiment.yaml"),
    ("plan", "experiment.yaml"),
    ("explain", "experiment.yaml", "0"),
    ("check", "experiment.yaml"),
)


def outcome(files: Mapping[str, str], *words: str) -> str:
    """What a call, `tcwc lint` if no other, makes of files: "ok", or what is wrong with that.

    It is a process of its own, under limits of the system: CPU seconds so many that a slow machine
    is no failure, and memory.
    """
    with tempfile.TemporaryDirectory() as folder:
        write(folder, files)
        done = subprocess.run(
            [sys.executable, "-m", "tcwc", *(words or _LINT)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=limited,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            check=False,
        )
    return wrong(done.returncode, done.stdout + done.stderr)


def large() -> Iterator[tuple[str, Mapping[str, str], tuple[str, ...]]]:
    """The cases of sheer size, each with a call."""
    from tests.limits.sizes import FOLDERS, MANY, SIZES  # a second to make

    for name, files in {**SIZES, **MANY}.items():
        yield name, files, _LINT
    for name, files in MANY.items():
        yield from ((name, files, words) for words in _OTHERS)
    for name, files in FOLDERS.items():
        yield name, files, ("lint", "--format", "concise")
        yield name, files, ("check",)


def repeated(eighth: int) -> Iterator[tuple[str, str, float]]:
    """The cases of repeated pieces of an eighth: what is called on what, what is wrong with that or
    "ok", CPU seconds. They are run by one process under the same limits, since to start one takes
    longer than most of them; where it ends, the case is at fault, and another goes on."""
    first: int | None = 0
    while first is not None:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.limits.worker", str(eighth), str(first)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        first, begun = None, None
        with worker.stdout as lines:
            for line in lines:
                number, name, found, seconds = json.loads(line)
                begun = (number, name) if found is None else None
                if found is not None:
                    yield name, found, seconds
        if worker.wait() and begun is not None:
            yield begun[1], f"ended with {worker.returncode}", 0.0
            first = begun[0] + 1


def proof(eighth: int) -> Mapping[str, Any]:
    """How many calls end well; those of an eighth that do not, with what they do."""
    count: Counter[str] = Counter()
    for name, found, _ in repeated(eighth):
        count["calls"] += 1
        if found != "ok":
            count[f"{name}: {found}"] += 1
    for number, (name, files, words) in enumerate(large()):
        if number % EIGHTHS == eighth:
            found = outcome(files, *words)
            count["calls"] += 1
            if found != "ok":
                count[f"{' '.join(words)} of {name}: {found}"] += 1
    return count


def tried() -> str:
    """What is tried, as docs/security.md says it."""
    from tests.limits.sizes import FOLDERS, MANY, SIZES

    return (
        f"{len(PIECES)} pieces, each 30 kB of them, in {len(PLACES)} places, and "
        f"{len(SIZES) + len(MANY) + len(FOLDERS)} cases of sheer size"
    )


if __name__ == "__main__":
    which = [int(word) for word in sys.argv[1:]] or range(EIGHTHS)
    for eighth in which:
        print(f"eighth {eighth}: {json.dumps(proof(eighth), indent=1)}", flush=True)
