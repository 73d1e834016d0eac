"""What a run costs: a build of 10,000 against open, write and close of the same bytes.

    python -m tests.benchmarks.build [--installed] [--rounds 5] [--large 0] [--peers 100]

The specification's base, three factors. The cost of a run is the slope between 2,000 and 10,000
runs, apart from start-up; a ratio is the median over the rounds, each within its own round.
`--large 100000` adds a build of that many. The peers do the same sweep (fewer runs of it), each
with the code that people write; their outputs are compared by content.
"""

from __future__ import annotations

import copy
import os
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import product
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import yaml
from omegaconf import OmegaConf

from tests.benchmarks.measure import (
    arguments,
    environment,
    interleaved,
    interpreter,
    peak_megabytes,
    scratch,
    seconds,
    table,
    verdict,
)

SMALL, FULL = 2_000, 10_000

EXPERIMENT = """\
experiment_name: big
base_config: llama3_2/1B_lora_single_device
limit: 2000000
variables:
  lora_rank: [{ranks}]
  optimizer.lr: [{rates}]
  seed: [{seeds}]
controls:
  epochs: 2
"""


def levels(count: int) -> tuple[range, list[float], range]:
    """Three factors that make so many runs."""
    return range(1, 11), [number * 1e-5 for number in range(1, 11)], range(count // 100)


def write_experiment(folder: Path, count: int) -> Path:
    """An experiment of `count` runs."""
    folder.mkdir()
    ranks, rates, seeds = levels(count)
    text = EXPERIMENT.format(
        ranks=", ".join(map(str, ranks)),
        rates=", ".join(map(repr, rates)),
        seeds=", ".join(map(str, seeds)),
    )
    path = folder / "experiment.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def main() -> None:
    """Measure and print."""
    options = arguments(__doc__, rounds=5, large=0, peers=100)
    sizes = [SMALL, FULL, *([options.large] if options.large else [])]
    with scratch() as folder:
        python = interpreter(options, folder)
        env = environment(options)
        tcwc = [python, "-m", "tcwc"]
        sources = {size: write_experiment(folder / str(size), size) for size in sizes}

        def command(name: str, size: int, *more: str) -> Callable[[], float]:
            line = [*tcwc, name, str(sources[size]), *more]
            return lambda: seconds([*line, *(["-q"] if name == "build" else [])], env, folder)

        def fresh(size: int) -> Callable[[], float]:
            def once() -> float:
                shutil.rmtree(sources[size].parent / "configs", ignore_errors=True)
                return command("build", size)()

            return once

        candidates: dict[str, Callable[[], float]] = {}
        for size in sizes:
            candidates[f"build {size}"] = fresh(size)
            candidates[f"floor {size}"] = lambda s=size: floor(sources[s].parent)  # type: ignore[misc]
            candidates[f"reading floor {size}"] = lambda s=size: reading(sources[s].parent)  # type: ignore[misc]
            candidates[f"rebuild {size}"] = command("build", size)
            candidates[f"check {size}"] = command("check", size)
            candidates[f"show {size}"] = command("show", size, str(size - 1))
        times = interleaved(candidates, options.rounds)
        report(times, sizes)
        line = [python, "-m", "tcwc", "build", "-q"]
        for size in sizes:
            shutil.rmtree(sources[size].parent / "configs")
        peaks = {size: peak_megabytes([*line, sources[size]], env, folder) for size in sizes}
        table(
            "memory at its peak, fresh build",
            ("runs", "MB"),
            [(s, f"{m:.0f}") for s, m in peaks.items()],
        )
        ours = median(slopes(times, "build", SMALL, FULL))
        compare(sources[FULL].parent / "configs", folder, options.peers, ours)


Times: TypeAlias = "dict[str, list[float]]"


def slopes(times: Times, name: str, small: int, large: int) -> list[float]:
    """Seconds a run, in each round."""
    pairs = zip(times[f"{name} {small}"], times[f"{name} {large}"], strict=True)
    return [(whole - part) / (large - small) for part, whole in pairs]


def report(times: Times, sizes: list[int]) -> None:
    """The table of tcwc's own figures."""
    low, high = sizes[0], sizes[-1]

    def row(name: str, label: str, over: str, said: Callable[[float], str]) -> tuple[str, ...]:
        each, floors = slopes(times, name, low, high), slopes(times, over, low, high)
        ratio = median(map(truediv, each, floors))
        return (
            label,
            f"{min(times[f'{name} {FULL}']):.3f}",
            f"{median(each) * 1e6:.1f}",
            said(ratio),
        )

    def of_reading(ratio: float) -> str:
        return f"{ratio:.2f}x (of reading)"

    rows = [
        row("floor", "floor: open, write, close", "floor", "{:.0f}x".format),
        row("reading floor", "floor: open, read, close, sha256", "reading floor", "{:.0f}x".format),
        row("build", "build", "floor", lambda ratio: verdict(ratio, 4)),
        row("rebuild", "rebuild", "reading floor", of_reading),
        row("check", "check", "reading floor", of_reading),
        ("show of the last run", f"{min(times[f'show {FULL}']):.3f}", "", ""),
    ]
    table(
        f"{FULL:,} runs; the cost of one is the slope from {low:,} to {high:,}",
        ("", "s", "us a run", "x floor, of its budget"),
        rows,
    )


def _contents(folder: Path) -> list[tuple[str, bytes]]:
    return [(entry.name, Path(entry.path).read_bytes()) for entry in os.scandir(folder / "configs")]


def floor(folder: Path) -> float:
    """Open, write and close of what a build wrote."""
    contents = _contents(folder)
    target = folder / "floor"
    target.mkdir()
    place = str(target)
    start = time.perf_counter()
    for name, data in contents:
        fd = os.open(f"{place}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        os.write(fd, data)
        os.close(fd)
    took = time.perf_counter() - start
    shutil.rmtree(target)
    return took


def reading(folder: Path) -> float:
    """Open, read, close and hash of what a build wrote."""
    from hashlib import sha256

    paths = [entry.path for entry in os.scandir(folder / "configs")]
    start = time.perf_counter()
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        sha256(os.read(fd, 1 << 16)).hexdigest()
        os.close(fd)
    return time.perf_counter() - start


# --- peers -------------------------------------------------------------------------------


def compare(built: Path, folder: Path, count: int, ours: float) -> None:
    """The same sweep by other means; the first `count` runs of it, equal to ours in content.

    `ours` are tcwc's seconds a run.
    """
    base = yaml.safe_load((built / "run_000.yaml").read_text(encoding="utf-8"))
    rows = [("tcwc build", f"{ours * 1e6:,.0f}", "1x")]
    for name, peer in (
        ("deepcopy, yaml.dump with libyaml", by_libyaml),
        ("deepcopy, yaml.safe_dump", by_safe_dump),
        ("OmegaConf.merge, OmegaConf.save", by_omegaconf),
    ):
        target = folder / "peer"
        target.mkdir()
        start = time.perf_counter()
        peer(base, target, count)
        each = (time.perf_counter() - start) / count
        for path in target.iterdir():
            assert _read(path) == _read(built / path.name), (name, path.name)
        shutil.rmtree(target)
        rows.append((name, f"{each * 1e6:,.0f}", f"{each / ours:,.0f}x"))
    table(f"beside others, the same sweep ({count} runs of it)", ("", "us a run", "x tcwc"), rows)


def _read(path: Path) -> object:
    return OmegaConf.to_container(OmegaConf.load(path), resolve=False)


def cells(count: int) -> Iterator[tuple[str, int, float, int]]:
    """Name, rank, rate and seed of the first runs, in design order."""
    grid = product(*levels(FULL))
    for number, (rank, rate, seed) in zip(range(count), grid, strict=False):
        yield f"run_{number:03d}", rank, rate, seed


def _changed(base: dict[str, Any], cell: tuple[str, int, float, int]) -> dict[str, Any]:
    name, rank, rate, seed = cell
    config = copy.deepcopy(base)
    config["model"]["lora_rank"] = rank
    config["optimizer"]["lr"] = rate
    config["seed"] = seed
    config["output_dir"] = base["output_dir"].replace("run_000", name)
    return config


def by_safe_dump(base: dict[str, Any], target: Path, count: int) -> None:
    """PyYAML as everybody calls it."""
    for cell in cells(count):
        with open(target / f"{cell[0]}.yaml", "w", encoding="utf-8") as file:
            yaml.safe_dump(_changed(base, cell), file, sort_keys=False)


def by_libyaml(base: dict[str, Any], target: Path, count: int) -> None:
    """PyYAML's C dumper."""
    for cell in cells(count):
        with open(target / f"{cell[0]}.yaml", "w", encoding="utf-8") as file:
            yaml.dump(_changed(base, cell), file, yaml.CSafeDumper, sort_keys=False)


def by_omegaconf(base: dict[str, Any], target: Path, count: int) -> None:
    """OmegaConf, as torchtune itself would."""
    loaded = OmegaConf.create(base)
    for name, rank, rate, seed in cells(count):
        changes = {
            "model": {"lora_rank": rank},
            "optimizer": {"lr": rate},
            "seed": seed,
            "output_dir": base["output_dir"].replace("run_000", name),
        }
        OmegaConf.save(OmegaConf.merge(loaded, changes), target / f"{name}.yaml")


if __name__ == "__main__":
    main()
