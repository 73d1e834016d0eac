"""How a site is spoken to: a cluster profile."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.job_files import LOCAL

GPU_DIRECTIVES = ("gres", "gpus-per-node", "gpus")
"""The ways in which sites have GPUs asked for; the last counts those of all nodes."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A cluster profile; None, or empty, where it says nothing.

    `gpu_directive` is how GPUs are asked for: `gres`, `gpus-per-node` or `gpus`. `gpu_memory` are
    GiB. `refuses` are directives that the site does not take. `directives` are others, as they are
    written; "" of one that takes no value. `setup` are lines of bash, `environment` variables that
    every job has, as data. `wrapper` are words of bash before the one command that trains. `logs`
    is a folder, `shared` those that all nodes see.
    """

    name: str
    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    gpu_directive: str = "gres"
    gpu_type: str | None = None
    gpu_memory: int | None = None
    refuses: tuple[str, ...] = ()
    max_array_size: int | None = None
    concurrency: int | None = None
    gpu_hours_limit: float | None = None
    directives: Mapping[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    wrapper: str = ""
    logs: str | None = None
    shared: tuple[str, ...] = ()
    checks_configs: bool = False
    """`door: configs`: a run is refused where its config has moved on since it was submitted."""
    group_readable: bool = False
    """`modes: group`: what a run leaves is made readable for the group."""
    cpus_per_gpu: int | None = None
    """CPUs for each GPU of a task, where the experiment does not say how many it needs."""
    memory_per_gpu: int | None = None
    """MiB for each GPU of a node, likewise."""


HERE = Profile(LOCAL)
"""This machine, without a scheduler."""
