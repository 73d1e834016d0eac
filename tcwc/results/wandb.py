"""The summary of a W&B run: `wandb/offline-run-*/files/wandb-summary.json`.

Its members are the last values that were logged; those of W&B's own begin with `_`.
"""

from __future__ import annotations

from tcwc.jobs.states.stamp import members
from tcwc.model.measured import MetricValue, Readout
from tcwc.results.numbers import number_of

_AT, _STEP = "_timestamp", "_step"


def read_summary(text: str) -> Readout:
    """The last value of each metric."""
    found = members(text)
    if found is None:
        return Readout(unread=("it is no JSON object",))
    step = number_of(found.get(_STEP))
    at = None if step is None or step != step // 1 else int(step)
    named = {key: number_of(value) for key, value in found.items() if not key.startswith("_")}
    return Readout(
        tuple(MetricValue(key, value, at) for key, value in named.items() if value is not None)
    )


def written_at(text: str) -> float | None:
    """When a summary's last value was logged, in unix seconds; None where it does not say."""
    return number_of((members(text) or {}).get(_AT))
