"""Rows of results that nobody measured, and the sweep that they are of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

from tcwc.api.grouping import Grouped
from tcwc.model.frozen import replace
from tcwc.model.values import Value
from tcwc.outcomes.chosen import UNCHOSEN, ChosenEpochs
from tcwc.outcomes.groups import grouping_of, pooled
from tcwc.outcomes.left_out import left_out
from tcwc.outcomes.rows import LAST, ResultRow


def row(run: str, value: float, parameters: Mapping[str, Value], **other: object) -> ResultRow:
    """A row of the loss of a run, or another in some respects."""
    made = ResultRow(
        "tiny", run, run, parameters, parameters.get("seed"), None, None, 8, "loss", LAST, value,
        "disklogger", "", "", "logs/log_1.txt", 1, 1, "fresh", True, 1, "here", "", 8, 99.5, "57fa",
        True, "",
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


RANKS, RATES, SEEDS = (4, 8), (1e-3, 3e-3), (1, 2, 3)
FACTORS = ("lora_rank", "learning_rate", "seed")
SWEEP: dict[str, dict[str, Value]] = {
    f"run_{at:03}": dict(zip(FACTORS, levels, strict=True))
    for at, levels in enumerate(product(RANKS, RATES, SEEDS))
}
"""Twelve runs."""
LOSSES = {run: math.sin(at) + 2 for at, run in enumerate(SWEEP)}
ROWS = [row(run, LOSSES[run], levels) for run, levels in SWEEP.items()]


def grouped(
    rows: Sequence[ResultRow] = ROWS,
    by: Sequence[str] = (),
    over: Sequence[str] = (),
    runs: Mapping[str, Mapping[str, Value]] = SWEEP,
    factors: Sequence[str] = FACTORS,
    epochs: ChosenEpochs = UNCHOSEN,
) -> Grouped:
    """Rows by factors, as `Results.by` gives them, without an experiment."""
    grouping = grouping_of(factors, by, over, epochs)
    pool = pooled(rows, runs, grouping)
    told = tuple(left_out(rows))
    return Grouped(
        "tiny", "_component_", grouping, 0.95, pool.rows, pool.without, told, pool.unmeasured
    )
