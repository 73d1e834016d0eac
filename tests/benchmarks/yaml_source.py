"""Time of the YAML reader over the number of levels; linear is an exponent near 1.

python -m tests.benchmarks.yaml_source
"""

from __future__ import annotations

import math
from time import perf_counter

from tcwc.model.source import SourceText
from tcwc.yaml.experiment import read_yaml

SIZES = (1_000, 2_000, 4_000, 8_000, 16_000)
LIMIT = 1.2
"""An exponent above this is no longer linear, measuring errors included."""


def seconds(size: int) -> float:
    """The best of three readings of a variable with `size` levels."""
    levels = "".join(f"    - {number}\n" for number in range(size))
    source = SourceText("experiment.yaml", f"variables:\n  seed:\n{levels}")
    best = math.inf
    for _ in range(3):
        start = perf_counter()
        read_yaml(source)
        best = min(best, perf_counter() - start)
    return best


def exponent(times: dict[int, float]) -> float:
    """The slope of the times over the sizes, both in logarithms (least squares)."""
    points = [(math.log(size), math.log(time)) for size, time in times.items()]
    x = sum(each[0] for each in points) / len(points)
    y = sum(each[1] for each in points) / len(points)
    above = sum((a - x) * (b - y) for a, b in points)
    return above / sum((a - x) ** 2 for a, _ in points)


if __name__ == "__main__":
    measured = {size: seconds(size) for size in SIZES}
    for size, time in measured.items():
        print(f"{size:>7,} levels {time * 1e3:8.1f} ms {time / size * 1e6:6.1f} us each")
    print(f"exponent {exponent(measured):.2f} (limit {LIMIT})")
    raise SystemExit(exponent(measured) > LIMIT)
