"""What large designs cost: counting, streaming, showing one run.

    python -m tests.benchmarks.designs

Figures are ratios to a loop of `itertools.product` over the same cells where that has a meaning;
memory is the peak that tracemalloc sees, and is to be the same for a tenth of the cells.
"""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import TypeVar

import tcwc
from tcwc.api.session import Session
from tcwc.model.ir import Experiment

T = TypeVar("T")
HEAD = "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\nlimit: 1000000\n"


SMALL = HEAD + "variables: {lora_rank: [8, 16]}\n"


def grid(*sizes: int) -> str:
    keys = ("seed", "max_steps_per_epoch", "batch_size", "epochs")
    lines = (f"  {k}: {{range: [1, {n}, 1]}}\n" for k, n in zip(keys, sizes, strict=False))
    return HEAD + "variables:\n" + "".join(lines)


def main() -> None:
    small, _ = timed(lambda: experiment(SMALL))
    seconds, made = timed(lambda: experiment(grid(1000, 100, 10)))
    print(f"count {len(made.cells):,} cells of a plain grid: {seconds / small:.1f}x a small lint")
    million = grid(1000, 1000)
    exclude = "exclude: ['seed == 7']\n"
    loop, _ = timed(lambda: deque(product(range(1000), range(1000)), 0))
    for name, more in (
        ("exclude", exclude),
        ("when", "  epochs: {values: [1], when: 'seed > 500'}\n"),
        ("derived", "derived: {epochs: 1 + seed // 500}\n"),
        ("sample of 1,000", "sample: {size: 1000}\n"),
    ):
        seconds, made = timed(partial(experiment, million + more), 1)
        stream, _ = timed(lambda made=made: deque(made.cells, 0))
        print(
            f"{name}: settled in {seconds / loop:,.0f}x the bare product, "
            f"{len(made.cells):,} runs streamed in {stream / loop:,.0f}x"
        )
    for name, more in (("plain", ""), ("exclude", exclude), ("sample", "sample: {size: 1000}\n")):
        tenth, whole = (memory(partial(stream_all, grid(1000, n) + more)) for n in (10, 100))
        print(f"memory, {name}: {tenth:.1f} MB for 10,000 cells, {whole:.1f} MB for 100,000")
    made_all = compiled(million)
    at, _ = timed(lambda: made_all.build_upon(None))
    one, text = timed(lambda: made_all.runs[900_000].text)
    first, _ = timed(lambda: made_all.runs[1].text)
    print(f"run 900,000 of a million ({len(text):,} characters): {one / first:.1f}x the second run")
    print(f"a build prepared for it: {at / small:.2f}x a small lint")


def stream_all(text: str) -> None:
    deque(experiment(text).cells, 0)


def compiled(text: str) -> tcwc.Compilation:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "experiment.yaml")
        path.write_text(text, encoding="utf-8")
        return tcwc.compile(path, session=Session())


def experiment(text: str) -> Experiment:
    made = compiled(text)
    assert made.experiment is not None
    assert made.ok, made.diagnostics
    return made.experiment


def timed(action: Callable[[], T], rounds: int = 3) -> tuple[float, T]:
    """The least of some times, in seconds, and the result."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        made = action()
        best = min(best, time.perf_counter() - start)
    return best, made


def memory(action: Callable[[], object]) -> float:
    """The peak of an action, in MB."""
    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
