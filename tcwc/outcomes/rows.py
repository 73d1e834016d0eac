"""What came out of a run: one row of `tcwc results`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcwc.model.frozen import dataclass
from tcwc.model.values import Value

LAST, MIN, TAIL_MEAN, STEP = "last", "min", "tail_mean", "step"
"""The statistics over the steps of a training; `last` too for what is measured once."""
MAIN = (LAST, STEP)
"""Those that are meant where nobody names one: the one value of a metric."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One metric of a run, or of an epoch of it where an evaluation measured it.

    `epoch` counts from 0, None for what training logged; `last` says whether it is the last of its
    run, None where there is none, or nobody can tell. `step` counts the optimizer's. `value` is
    in the metric's own unit. `source` is `disklogger`, `wandb`, `lm_eval`, `inspect`, `eleuther` or
    `command`, `evaluation` the name under `evaluate:` ("" for training), `file` where it was read,
    from the run's folder. `attempt` of `attempts` wrote it, by `mode` (`fresh`, `resume`,
    `restart`); `bit_equal` is false after a resume that is not exact. `world` are the processes,
    `seconds` those of all attempts that count, `tokens_per_second` those of one GPU. A row that is
    not `included` is of another meaning of the run, or of another run, as `why_not` says: nothing
    is pooled over it. `run` is "" for what is of no run: `label` says then what was evaluated.
    """

    experiment: str
    run: str
    name: str
    parameters: Mapping[str, Value]
    seed: Value
    epoch: int | None
    last: bool | None
    step: int | None
    metric: str
    statistic: str
    value: float
    source: str
    evaluation: str
    label: str
    file: str
    attempt: int | None
    attempts: int
    mode: str
    bit_equal: bool
    world: int | None
    host: str
    gpu_name: str
    seconds: int | None
    tokens_per_second: float | None
    science_hash: str
    included: bool
    why_not: str


def by_run(rows: Iterable[ResultRow]) -> dict[str, list[ResultRow]]:
    """The rows of each run, by its id."""
    found: dict[str, list[ResultRow]] = {}
    for row in rows:
        found.setdefault(row.run, []).append(row)
    return found
