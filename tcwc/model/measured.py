"""What a training, or an evaluation, measured: the values that readers of logs give."""

from __future__ import annotations

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One value of a metric; `step` counts the optimizer's, None where none is said."""

    metric: str
    value: float
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Readout:
    """What a text measured, in its order, and in words what in it could not be read. `version` is
    that of what wrote it; "" where it does not say."""

    found: tuple[MetricValue, ...] = ()
    unread: tuple[str, ...] = ()
    version: str = ""
