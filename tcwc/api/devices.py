"""The devices of this machine, as the environment and its tools name them."""

from __future__ import annotations

import os

from tcwc.disk.processes import run
from tcwc.jobs.devices import LISTER, VARIABLE, Device, listed, visible
from tcwc.jobs.machine import Machine

_SECONDS = 30


def devices_here(named: str | None = None) -> tuple[Device, ...]:
    """The devices that runs may have: those that are `named`, as the variable names them, else what
    the variable names, else all that the machine lists."""
    asked = run(LISTER, timeout=_SECONDS)
    there = listed(asked.out) if asked is not None and asked.status == 0 else ()
    words = named if named is not None else os.environ.get(VARIABLE)
    if words is None:
        return there
    # Two jobs of a scheduler may each see one card only, which both call 0.
    job = os.environ.get("SLURM_JOB_ID", "")
    return visible(words, there, f"{job}-" if job else "")


def machine_of(named: str | None, jobs: int | None, *, none: str) -> Machine:
    """What runs share here: the devices that are `named` (`none` of them, or those that there are),
    and how many `jobs` there may be at a time: as many as there are devices, or one."""
    devices = () if named == none else devices_here(named)
    return Machine(devices, jobs or len(devices) or 1)
