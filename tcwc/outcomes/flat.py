"""What a command of one's own leaves: an object of numbers alone, `{"accuracy": 0.5}`.

An object with anything else in it may be its settings, of which no number is a result.
"""

from __future__ import annotations

from tcwc.jobs.states.stamp import members
from tcwc.model.measured import MetricValue, Readout
from tcwc.outcomes.numbers import number_of


def read_flat(text: str) -> Readout:
    """The number under each key."""
    whole = members(text)
    if whole is None:
        return Readout(unread=("it is no JSON object",))
    found: list[MetricValue] = []
    for key, value in whole.items():
        number = number_of(value)
        if number is None:
            return Readout(
                unread=(f"`{key}` is no number: a result is an object of numbers alone",)
            )
        found.append(MetricValue(key, number))
    return Readout(tuple(found))
