"""Asks the scheduler of this machine about jobs, where somebody submitted any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcwc.disk.processes import Done, slurm
from tcwc.jobs.states.slurm import (
    ACCOUNT_FIELDS,
    MEMORY_FIELDS,
    QUEUE_FORMAT,
    Ended,
    Queued,
    arrays,
    read_accounts,
    read_jobs,
    read_memory,
    read_most,
    read_queue,
)
from tcwc.model.frozen import dataclass

_ONE_BY_ONE = 20
"""Arrays that are asked for one by one; of more than that all jobs are listed."""
_FORGOTTEN = ("Invalid job id", "not found")


@dataclass(frozen=True, slots=True)
class Queue:
    """The jobs that wait and run, by name; `silence` says why nobody knows, "" where it answers."""

    jobs: Mapping[str, Queued]
    silence: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """How jobs ended, by name, as far as the scheduler remembers. `accounting` says whether it
    keeps accounts, None where they were not asked for."""

    jobs: Mapping[str, Ended]
    silence: str = ""
    accounting: bool | None = None


def ask_queue() -> Queue:
    """What waits and runs, of all users."""
    done = slurm(["squeue", "-h", "-r", "-a", "-o", QUEUE_FORMAT])
    silence = _silence(done, "squeue")
    return Queue({} if silence or done is None else read_queue(done.out), silence)


def ask_ends(jobs: Iterable[str]) -> Ends:
    """How some jobs ended that the queue does not have."""
    wanted = list(dict.fromkeys(jobs))
    if not wanted:
        return Ends({})
    of = arrays(wanted)
    found: dict[str, Ended] = {}
    for each in of if len(of) <= _ONE_BY_ONE else [""]:
        done = slurm(["scontrol", "-o", "show", "job", *filter(None, [each])])
        if done is not None and done.status and any(word in done.err for word in _FORGOTTEN):
            continue
        if silence := _silence(done, "scontrol"):
            return Ends({}, silence)
        assert done is not None
        found |= read_jobs(done.out)
    left = arrays(job for job in wanted if job not in found)
    accounts = slurm(["sacct", "-n", "-P", "-X", "-o", ACCOUNT_FIELDS, "-j", ",".join(left)])
    if accounts is None or accounts.status:
        return Ends(found, accounting=False)
    return Ends({**read_accounts(accounts.out), **found}, accounting=True)


def most_seconds(partition: str) -> int | None:
    """The seconds that a job may take in a partition, or in one of several with commas; None where
    there is no such bound, or nobody says."""
    found = [
        slurm(["scontrol", "-o", "show", "partition", each])
        for each in partition.split(",")
        if each and not each.startswith("-")
    ]
    texts = [done.out for done in found if done is not None and not done.status]
    return read_most("\n".join(texts)) if texts and len(texts) == len(found) else None


def ask_memory(jobs: Iterable[str]) -> Mapping[str, float]:
    """The MiB that jobs had of a node at most, by their names, where the site keeps accounts."""
    wanted = ",".join(dict.fromkeys(jobs))
    done = slurm(["sacct", "-n", "-P", "-o", MEMORY_FIELDS, "-j", wanted]) if wanted else None
    return read_memory(done.out) if done is not None and not done.status else {}


def _silence(done: Done | None, program: str) -> str:
    """Why a command of Slurm's says nothing; "" where it answers."""
    if done is None:
        return f"there is no {program} here, or it takes more than 20 s"
    if done.status:
        return (done.err.strip().splitlines() or [f"{program} ends with {done.status}"])[0]
    return ""
