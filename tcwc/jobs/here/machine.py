"""What the runs of one machine share: its devices, and how many runs may be at work at a time."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.jobs.here.devices import Device
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """The devices that runs are given, one for each of their processes, and at most how many runs
    are at work at a time. Where there is no device, they need none; `silence` says why nobody knows
    whether there are more."""

    devices: tuple[Device, ...]
    at_most: int
    silence: str = ""

    def needed(self, task: Task) -> int:
        """How many devices a run is given."""
        return task.processes if self.devices else 0

    def refusal(self, task: Task) -> str:
        """Why a run has no place here, however long it waits; "" where it has one."""
        if task.nodes > 1:
            return f"it is for {task.nodes} machines, and this is one"
        if self.needed(task) > len(self.devices):
            count = len(self.devices)
            there = "is 1" if count == 1 else f"are {count}"
            return f"{task.processes} processes need a device each, and there {there}"
        return ""

    def groups(self, tasks: Sequence[Task]) -> int:
        """How many runs of these can be at work at a time."""
        if not self.devices:
            return min(self.at_most, len(tasks))
        smallest = min((self.needed(task) for task in tasks), default=1)
        return min(self.at_most, len(tasks), len(self.devices) // max(smallest, 1))
