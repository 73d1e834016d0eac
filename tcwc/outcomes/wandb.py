"""The summary of a W&B run: `wandb/run-*/files/wandb-summary.json`, of one that is not offline.

Its members are the last values that were logged; those of W&B's own begin with `_`. What an offline
run logs stands in another file (wandb_file.py).
"""

from __future__ import annotations

from tcwc.jobs.states.stamp import members
from tcwc.model.measured import MetricValue, Readout
from tcwc.outcomes.numbers import number_of

AT = "_timestamp"
"""When values were logged, in unix seconds; in a history, too."""


def read_summary(text: str, step: str) -> Readout:
    """The last value of each metric; `step` is the one that counts the optimizer's steps."""
    found = members(text)
    if found is None:
        return Readout(unread=("it is no JSON object",))
    named = {key: number_of(value) for key, value in found.items() if not key.startswith("_")}
    steps = named.pop(step, None)
    at = int(steps) if steps is not None and steps.is_integer() else None
    values = (MetricValue(key, value, at) for key, value in named.items() if value is not None)
    return Readout(tuple(values))


def written_at(text: str) -> float | None:
    """When a summary's last value was logged, in unix seconds; None where it does not say."""
    return number_of((members(text) or {}).get(AT))
