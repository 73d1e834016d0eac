"""What the runs of an experiment need of a machine, as its author wrote it under `resources:`."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.design import Formula
from tcwc.model.frozen import dataclass, field
from tcwc.model.source import Span

_MOST_HOURS = 99
"""Beyond so many hours a time is written with days."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a run needs; None where nothing says.

    `time` are seconds, `memory` MiB of a node, `gpus` those of a node, `cpus` those of a task.
    `on_timeout` is `stop` or `requeue`.
    """

    time: int | None = None
    gpus: int | None = None
    nodes: int | None = None
    cpus: int | None = None
    memory: int | None = None
    on_timeout: str | None = None
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class NeedsWhere:
    """What runs need in which a condition over their configs holds; `spans` by the need's name."""

    condition: Formula
    needs: Needs
    spans: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resources:
    """What every run needs, and what those of a condition need beside or instead of it.

    Every condition that holds counts; no two of them say one need of one run.
    """

    needs: Needs
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)
    cases: tuple[NeedsWhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Samples:
    """How many samples the data of a run have.

    `count` of every run, None where that depends; `cases` of those in which a condition holds. No
    two of them hold in one run.
    """

    count: int | None
    span: Span
    cases: tuple[tuple[Formula, int], ...] = ()


def time_text(seconds: int) -> str:
    """A time as `resources:` has it: `12:00:00`, from 100 hours on `4-04:00:00`."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24) if hours > _MOST_HOURS else (0, hours)
    clock = f"{hour:02d}:{minute:02d}:{second:02d}"
    return f"{days}-{clock}" if days else clock
