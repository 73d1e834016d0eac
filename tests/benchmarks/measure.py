"""What the benchmarks share: timing whole processes, and where tcwc is measured.

Time is the minimum of several rounds, and the rounds of all candidates are interleaved, so that a
busy moment of the machine hits all of them. Ratios carry over to other machines, seconds do not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def arguments(description: str | None, **defaults: int) -> argparse.Namespace:
    """The options of a benchmark: --python, --installed, and whole numbers by name."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--python", default=sys.executable, help="the interpreter to measure")
    parser.add_argument(
        "--installed",
        action="store_true",
        help="measure tcwc as a wheel in a fresh environment, bytecode compiled",
    )
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder, in memory if there is such a place: the disk would hide the program."""
    memory = "/dev/shm"
    where = memory if os.access(memory, os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="tcwc-bench-", dir=where)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def interpreter(options: argparse.Namespace, folder: Path) -> str:
    """The Python that runs tcwc: the given one, or a fresh environment with the wheel."""
    if not options.installed:
        return str(options.python)
    copy = folder / "project"
    skipped = shutil.ignore_patterns(".*cache", ".git", ".hypothesis", "__pycache__", ".venv")
    shutil.copytree(ROOT, copy, ignore=skipped)
    environment = folder / "environment"
    _quiet([options.python, "-m", "venv", environment])
    python = environment / "bin" / "python"
    _quiet([python, "-m", "pip", "install", "--quiet", "--compile", copy])
    return str(python)


def environment(options: argparse.Namespace) -> dict[str, str]:
    """The environment of what is measured: bytecode may be written, and the checkout is found."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE",)}
    kept.pop("PYTHONPATH", None)
    if not options.installed:
        # compiled once, elsewhere than beside the sources
        kept |= {"PYTHONPATH": str(ROOT)}
        kept.setdefault("PYTHONPYCACHEPREFIX", str(Path(tempfile.gettempdir(), "tcwc-pycache")))
    return kept


def seconds(
    command: Sequence[str | Path],
    env: Mapping[str, str],
    cwd: Path,
    codes: tuple[int, ...] = (0,),
) -> float:
    """How long a process takes. Ends the benchmark where it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    took = time.perf_counter() - start
    if done.returncode not in codes:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr}")
    return took


def peak_megabytes(command: Sequence[str | Path], env: Mapping[str, str], cwd: Path) -> float:
    """The most memory that a process held at once."""
    # asked by a small process: a fork of this one would count what this one holds
    asking = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    program = [sys.executable, "-c", asking, *map(str, command)]
    done = subprocess.run(program, cwd=cwd, env=env, capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    return int(done.stdout.split()[-1]) * unit / 1e6


def interleaved(
    candidates: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """The seconds of each in each round, as the candidates give them."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, once in candidates.items():
            times[name].append(once())
    return times


def fastest(candidates: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The least time of each, over so many interleaved rounds."""
    return {name: min(times) for name, times in interleaved(candidates, rounds).items()}


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a head, columns aligned."""
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{title}")
    for row in cells:
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(["", first, *others]))


def verdict(value: float, budget: float, unit: str = "x") -> str:
    """ "2.1x of 3x" with a mark where the budget is exceeded."""
    return f"{value:.2f}{unit} of {budget:g}{unit}{'' if value <= budget else '  OVER'}"


def _quiet(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
