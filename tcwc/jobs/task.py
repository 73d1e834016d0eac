"""A run as a job knows it: one line of the table that a job script carries."""

from __future__ import annotations

from tcwc.model.frozen import dataclass
from tcwc.model.resources import Needs

ATTEMPTS = 5
"""How often a run is begun at most where it is requeued and nothing else is said."""


@dataclass(frozen=True, slots=True)
class Task:
    """A run as a job knows it.

    `index` is the number in its id, `name` a readable one. `folder` is where it writes, as its
    config has it: `${oc.env:X}` may stand in it. `was` are the science hashes that it had before a
    constant changed. `world` is the number of processes, `nodes` x `processes`; `batch` the samples
    of one step over all of them, None where that cannot be told. `epochs`, `resumes`, `why`,
    `names` and `steps` are those of its outlook (model/training.py).
    """

    index: int
    run: str
    name: str
    sha256: str
    science_hash: str
    was: tuple[str, ...]
    folder: str
    nodes: int
    processes: int
    batch: int | None
    epochs: int | None
    resumes: str
    why: str
    names: str
    needs: Needs
    steps: int | None = None

    @property
    def world(self) -> int:
        """The number of processes."""
        return self.nodes * self.processes

    @property
    def gpus(self) -> int:
        """The GPUs that it is given, of all nodes."""
        return self.nodes * (self.needs.gpus or 0)

    @property
    def attempts(self) -> int:
        """How often it is begun at most, where it ends at its time limit each time."""
        return (self.needs.max_attempts or ATTEMPTS) if self.needs.on_timeout == "requeue" else 1

    @property
    def seconds(self) -> int:
        """What it takes at most, all attempts together; 0 where it has no time limit."""
        return (self.needs.time or 0) * self.attempts

    @property
    def gpu_seconds(self) -> int:
        """What it costs at most; 0 without GPUs, or without a time limit."""
        return self.gpus * self.seconds
