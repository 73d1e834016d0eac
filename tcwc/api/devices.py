"""The devices of this machine, as the environment and its tools name them."""

from __future__ import annotations

import os
from shutil import which

from tcwc.disk.processes import Done, run
from tcwc.jobs.here.devices import LISTER, VARIABLE, Device, listed, visible
from tcwc.jobs.here.machine import Machine
from tcwc.model.cut import cut
from tcwc.model.problem import Problem

_SECONDS = 30
_SAID = 200
_NONE = "No devices"
"""What it says, and fails, where a machine has none."""
_NO_LISTER = Done(0, "", "")
"""A machine without such devices has no program that lists them."""


class NoDevice(Problem):
    """A device was named that runs cannot have here."""


def devices_here(named: str | None, asked: Done | None) -> tuple[Device, ...]:
    """The devices that runs may have: those that are `named`, as the variable names them, else what
    the variable names, else all that the machine lists, as it was `asked`. Raises NoDevice."""
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
    if named == none:
        return Machine((), jobs or 1)
    asked = run(LISTER, timeout=_SECONDS) if which(LISTER[0]) else _NO_LISTER
    devices = devices_here(named, asked)
    is_told = named is not None or VARIABLE in os.environ
    return Machine(devices, jobs or len(devices) or 1, "" if is_told else _silence(asked))


def _silence(asked: Done | None) -> str:
    """Why nobody knows whether there are devices; "" where that is known."""
    what = " ".join(LISTER)
    if asked is None:
        return f"`{what}` gives no answer: runs have no GPU of their own, if there are any"
    if asked.status and _NONE not in asked.out + asked.err:
        first = next(iter((asked.err + asked.out).splitlines()), "")
        said = f": {cut(first, _SAID).rstrip('.')}" if first.strip() else ""
        return f"`{what}` fails{said}: runs have no GPU of their own, if there are any"
    return ""
