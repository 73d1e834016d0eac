"""5,000 random experiments in eighths: `python -m tests.evidence tests.paper.proof:proof paper`."""

from __future__ import annotations

from collections.abc import Iterable

from tests.evidence import EIGHTHS
from tests.paper.compare import compare
from tests.paper.random_experiments.generate import generate

SEEDS = 5_000


def proof(eighth: int) -> dict[str, int]:
    """What came of the seeds of one eighth."""
    return counted(range(eighth, SEEDS, EIGHTHS))


def counted(seeds: Iterable[int]) -> dict[str, int]:
    """What came of some seeds, in numbers; `with ...` are valid experiments that have a feature."""
    names = ("experiments", "valid", "refused_by_both", "runs_compared", "runs_read")
    counts = dict.fromkeys((*names, "differences", "reader_differences", "lost"), 0)
    for seed in seeds:
        experiment = generate(seed)
        outcome = compare(experiment)
        counts["experiments"] += 1
        counts["valid"] += outcome.valid
        counts["refused_by_both"] += outcome.refused
        counts["runs_compared"] += outcome.runs
        counts["runs_read"] += outcome.read
        counts["differences"] += bool(outcome.difference)
        counts["reader_differences"] += bool(outcome.readers)
        counts["lost"] += bool(outcome.lost)
        for feature in experiment.features if outcome.valid else ():
            counts[f"with {feature}"] = counts.get(f"with {feature}", 0) + 1
    return counts
