"""The devices of this machine, as the environment and its tools name them."""

from __future__ import annotations

import os

from tcwc.disk.processes import run
from tcwc.jobs.here.devices import LISTER, VARIABLE, Device, listed, visible
from tcwc.jobs.here.machine import Machine
from tcwc.model.problem import Problem

_SECONDS = 30


class NoDevice(Problem):
    """A device was named that runs cannot have here."""


def devices_here(named: str | None = None) -> tuple[Device, ...]:
    """The devices that runs may have: those that are `named`, as the variable names them, else what
    the variable names, else all that the machine lists. Raises NoDevice."""
    asked = run(LISTER, timeout=_SECONDS)
    there = listed(asked.out) if asked is not None and asked.status == 0 else ()
    allowed = os.environ.get(VARIABLE)
    # Two jobs of a scheduler may each see one card only, which both call 0.
    job = os.environ.get("SLURM_JOB_ID", "")
    scope = f"{job}-" if job else ""
    if named is None:
        return there if allowed is None else visible(allowed, there, scope)
    found = visible(named, there, scope)
    may = visible(allowed, there, scope) if allowed else there
    known = {each.identity for each in may}
    strangers = [each.word for each in found if known and each.identity not in known]
    if strangers or not found:
        by = f"{VARIABLE} names" if allowed else "there are"
        words = ",".join(each.word for each in may) or "0,1, as `nvidia-smi -L` lists them"
        raise NoDevice(
            f"--devices {named}: " + (f"there is no {strangers[0]} here" if strangers else "none"),
            f"{by} {words}" if may else f"write such as {words}; none for none",
        )
    return found


def machine_of(named: str | None, jobs: int | None, *, none: str) -> Machine:
    """What runs share here: the devices that are `named` (`none` of them, or those that there are),
    and how many `jobs` there may be at a time: as many as there are devices, or one.

    Raises NoDevice."""
    devices = () if named == none else devices_here(named)
    return Machine(devices, jobs or len(devices) or 1)
