"""What a start costs, as a ratio to `python -c pass`.

    python -m tests.benchmarks.startup [--installed] [--rounds 15] [--files 200]

A ratio is the median over the rounds, each taken to the bare start of its own round: a short
process finds a quiet moment of the machine more often than a long one, so that the ratio of two
minima says too much on a busy machine.

Budgets: --help and --version 3x, cold lint of one file 12x, each further file of a call 1.4x (which
is 12 ms where a bare start takes 8.5).
"""

from __future__ import annotations

from operator import truediv
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import (
    ROOT,
    arguments,
    environment,
    interleaved,
    interpreter,
    scratch,
    seconds,
    table,
    verdict,
)

EXAMPLES = ("lora_rank", "full_three_factors", "dataset_sections", "dpo_beta", "custom_base")

EXPERIMENT = """\
experiment_name: study_{number}
base_config: llama3_2/1B_lora_single_device

variables:
  lora_rank: [8, 16, 32, {rank}]
  optimizer.lr: [1e-4, 3e-4]

controls:
  epochs: 2
  dataset:
    source: json
    data_files: data/train.json
"""


def main() -> None:
    """Measure and print."""
    options = arguments(__doc__, rounds=15, files=200)
    with scratch() as folder:
        python = interpreter(options, folder)
        env = environment(options)
        tcwc = [python, "-m", "tcwc"]
        commands: dict[str, list[str]] = {
            "python -c pass": [python, "-c", "pass"],
            "tcwc --version": [*tcwc, "--version"],
            "tcwc --help": [*tcwc, "--help"],
        }
        for name in EXAMPLES:
            source = ROOT / "examples" / name / "experiment.yaml"
            commands[f"tcwc lint {name}"] = [*tcwc, "lint", str(source)]
        times = interleaved(
            {n: lambda c=c: seconds(c, env, folder) for n, c in commands.items()},  # type: ignore[misc]
            options.rounds,
        )
        many = _many(folder, options.files)
        of_all = min(seconds([*tcwc, "lint", *many], env, folder) for _ in range(3))
    bare = times["python -c pass"]
    budgets = {name: 12.0 if "lint" in name else 3.0 for name in times}
    budgets["python -c pass"] = 1.0
    rows = [
        (name, f"{min(took) * 1e3:.1f}", verdict(median(map(truediv, took, bare)), budgets[name]))
        for name, took in times.items()
    ]
    a_file = (of_all - min(times["tcwc lint lora_rank"])) / (options.files - 1)
    rows.append(
        (
            f"each further file of {options.files}",
            f"{a_file * 1e3:.1f}",
            verdict(a_file / median(bare), 1.4),
        )
    )
    table("start-up", ("", "ms", "x bare, of its budget"), rows)


def _many(folder: Path, count: int) -> list[str]:
    paths = []
    for number in range(count):
        path = folder / f"{number}.experiment.yaml"
        path.write_text(EXPERIMENT.format(number=number, rank=100 + number), encoding="utf-8")
        paths.append(str(path))
    return paths


if __name__ == "__main__":
    main()
