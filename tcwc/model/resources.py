"""What the runs of an experiment need of a machine, as its author wrote it under `resources:`."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.design import Formula
from tcwc.model.frozen import dataclass, field
from tcwc.model.source import Span


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
