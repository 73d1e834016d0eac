"""Large sources: 10,000 levels, 1,000 controls, a wide section. They lint in seconds.

    python -m tests.benchmarks.sources [--installed] [--rounds 3]

strictyaml's own loader is quadratic (32 s for 10,000 keys); ours is linear. The exponent is that
of the growth between a tenth of the size and the whole, start-up taken off.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log10
from pathlib import Path

from tests.benchmarks.measure import (
    arguments,
    environment,
    fastest,
    interpreter,
    scratch,
    seconds,
    table,
    verdict,
)

HEAD = """\
experiment_name: large
base_config: llama3_2/1B_lora_single_device
limit: 1000000
"""
BUDGET = 5.0


def flow_levels(count: int) -> str:
    """One factor, its levels in brackets."""
    return f"variables:\n  seed: [{', '.join(map(str, range(count)))}]\n"


def block_levels(count: int) -> str:
    """One factor, a level a line."""
    return "variables:\n  seed:\n" + "".join(f"    - {number}\n" for number in range(count))


def section_levels(count: int) -> str:
    """One factor whose levels are sections."""
    levels = "".join(f"    - {{lora_rank: {n + 1}, lora_alpha: {n + 2}}}\n" for n in range(count))
    return f"variables:\n  model:\n{levels}"


def many_factors(count: int) -> str:
    """Many factors of one level each."""
    return "variables:\n" + "".join(f"  +flag_{number}: [{number}]\n" for number in range(count))


def controls(count: int) -> str:
    """Many constants."""
    keys = "".join(f"  +flag_{number}: {number}\n" for number in range(count))
    return f"variables:\n  seed: [1, 2]\ncontrols:\n{keys}"


def mistakes(count: int) -> str:
    """Many constants that nothing reads, each a finding with a suggestion."""
    keys = "".join(f"  learning_rte_{number}: {number}\n" for number in range(count))
    return f"variables:\n  seed: [1, 2]\ncontrols:\n{keys}"


SOURCES: dict[str, tuple[Callable[[int], str], int]] = {
    "levels in brackets": (flow_levels, 10_000),
    "levels, one a line": (block_levels, 10_000),
    "levels that are sections": (section_levels, 10_000),
    "factors of one level": (many_factors, 1_000),
    "controls": (controls, 1_000),
    "controls that nothing reads": (mistakes, 1_000),
}


def main() -> None:
    """Measure and print."""
    options = arguments(__doc__, rounds=3)
    with scratch() as folder:
        python = interpreter(options, folder)
        env = environment(options)

        def lint(path: Path) -> Callable[[], float]:
            command = [python, "-m", "tcwc", "lint", "--exit-zero", str(path)]
            return lambda: seconds(command, env, folder)

        candidates = {"small": lint(_written(folder, "small", flow_levels(2)))}
        for place, (name, (make, count)) in enumerate(SOURCES.items()):
            for size in (count // 10, count):
                path = _written(folder, f"{place}-{size}", make(size))
                candidates[f"{name} {size}"] = lint(path)
        best = fastest(candidates, options.rounds)
    rows = []
    for name, (_, count) in SOURCES.items():
        whole, tenth = best[f"{name} {count}"], best[f"{name} {count // 10}"]
        growth = max(whole - best["small"], 1e-3) / max(tenth - best["small"], 1e-3)
        rows.append((name, f"{count:,}", verdict(whole, BUDGET, " s"), f"{log10(growth):.2f}"))
    table("tcwc lint of large sources", ("", "number", "s, of its budget", "exponent"), rows)


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.experiment.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
