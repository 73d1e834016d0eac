"""What each hostile text comes to: a program that ends by itself, soon, in little memory.

Every case is a process of its own under limits of the system: CPU seconds so many that a slow
machine is no failure, and memory. Within them a text of bounded size has to be told of in bounded
words. `python -m tests.limits.proof` runs all of them, and prints how long each took.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.evidence import EIGHTHS
from tests.limits.hostile import Files, cases

CPU, MEMORY, OUTPUT = 20, 1_000_000_000, 1_000_000
"""CPU seconds and bytes of memory that the system grants, and bytes that may be printed."""

# Tab and line feed are the only control characters that a log may get.
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def outcome(files: Files, *words: str) -> str:
    """What `tcwc lint` makes of files: "ok", or what is wrong with that."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        done = subprocess.run(
            [sys.executable, "-m", "tcwc", *(words or ("lint", "experiment.yaml"))],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=_limited,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            check=False,
        )
    said = done.stdout + done.stderr
    if done.returncode not in (0, 1, 2):
        return f"ended with {done.returncode}"
    if b"Traceback" in said or b"TCW005" in said:
        return "a bug: " + said[-300:].decode(errors="replace")
    if len(said) > OUTPUT:
        return f"{len(said):,} bytes printed"
    return "a control character printed" if _CONTROL.search(said) else "ok"


def proof(eighth: int) -> Mapping[str, Any]:
    """How many cases end well; those of an eighth that do not, with what they do."""
    count: Counter[str] = Counter()
    for number, (name, files) in enumerate(cases().items()):
        if number % EIGHTHS == eighth:
            found = outcome(files)
            count["cases"] += 1
            if found != "ok":
                count[f"{name}: {found}"] += 1
    return count


if __name__ == "__main__":
    for name, files in cases().items():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        found = outcome(files)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{spent:6.2f} s {time.perf_counter() - start:6.2f} s  {found}  {name}", flush=True)
    print(f"at most {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000:.0f} MB")
