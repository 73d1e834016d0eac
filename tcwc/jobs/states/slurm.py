"""What Slurm says of jobs, from the texts that its commands print.

`squeue` knows what waits and runs, `scontrol show job` what ended some minutes ago, `sacct` what
ended at all, where a site keeps accounts. The line of slurmstepd in a job's log says why Slurm
ended it, whoever has forgotten the job by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tcwc.jobs.arrays import index_of, owner_of
from tcwc.model.frozen import dataclass

QUEUE_FORMAT = "%F|%K|%A|%T|%M|%N|%u|%r|%k|%Z"
"""Of `squeue -h -r -o`: what may hold any sign stands last."""
ACCOUNT_FIELDS = "JobID,State,ExitCode"
"""Of `sacct -n -P -X -o`."""
MEMORY_FIELDS = "JobID,MaxRSS"
"""Of `sacct -n -P -o`: a line for each step of a job."""

_JOB = re.compile(r"[0-9]{1,12}(?:_[0-9]{1,9})?")
_PENDING = frozenset(
    ("PENDING", "REQUEUE_FED", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD")
)
_OVER = frozenset((
    "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY",
    "BOOT_FAIL", "DEADLINE", "REVOKED",
))  # fmt: skip
"""States of jobs that come to nothing more; what is neither here nor pending is alive."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A job in the queue: `job` as in `161_3`, `number` the one that it has for itself.

    `elapsed` are the seconds since it began, None where it did not. `comment` is what it was
    submitted with, `place` the folder that it runs in.
    """

    job: str
    number: str
    state: str
    reason: str
    host: str
    user: str
    elapsed: int | None
    comment: str = ""
    place: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether it waits."""
        return self.state in _PENDING

    @property
    def is_ending(self) -> bool:
        """Whether its script has ended, or is about to."""
        return self.state in ("COMPLETING", "STAGE_OUT")


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a job: a state such as `FAILED`, its exit code, and the signal that ended it."""

    job: str
    state: str
    exit: int | None
    signal: int | None
    source: str


def is_job(text: str) -> bool:
    """Whether a text is the name of a job, `161` or `161_3`."""
    return _JOB.fullmatch(text) is not None


def read_queue(text: str) -> dict[str, Queued]:
    """The jobs in what `squeue -h -r -o QUEUE_FORMAT` printed, by their names."""
    found = {}
    for line in text.splitlines():
        parts = line.strip().split("|", 9)
        if len(parts) == 10 and (queued := _queued(parts)) is not None:
            found[queued.job] = queued
    return found


def _queued(parts: Sequence[str]) -> Queued | None:
    array, task, number, state, elapsed, host, user, reason, comment, place = parts
    job = f"{array}_{task}" if task.isdecimal() else array
    if not is_job(job):
        return None
    seconds = None if state in _PENDING else duration(elapsed)
    reason = "" if reason == "None" else reason
    return Queued(job, number, state, reason, host, user, seconds, comment, place)


def ours(jobs: Mapping[str, Queued], label: str, place: str) -> dict[int, Queued]:
    """The jobs of an experiment, by its label, that was submitted from a folder, whoever did, by
    the indices of their runs.

    Where a run has several, the one that is alive.
    """
    found: dict[int, Queued] = {}
    for each in jobs.values():
        index = index_of(each.comment, label, each.job.partition("_")[2])
        if index is None or each.place != place:
            continue
        if index not in found or found[index].is_pending:
            found[index] = each
    return found


def is_still(job: Queued, label: str, place: str) -> bool:
    """Whether a job in the queue is the one of that name that an experiment, by its label, once
    had in a folder.

    Some sites write comments of their own, and checkouts are moved: one of both has to be as it
    was. Another's job has the name where Slurm began to count anew.
    """
    whose = owner_of(job.comment)
    if whose is None:  # a comment may have the sign in it that stands before the folder
        return f"|{job.place}".endswith(f"|{place}")
    return whose.partition("/")[0] == label.partition("/")[0]


def duration(text: str) -> int | None:
    """The seconds of `1-02:03:04`, `02:03:04` or `3:04`; None for what is none."""
    found = re.fullmatch(r"(?:([0-9]{1,5})-)?(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{2})", text)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def read_jobs(text: str) -> dict[str, Ended]:
    """The jobs that ended, in what `scontrol -o show job` printed: a line each, by their names."""
    found = {}
    for line in text.splitlines():
        # The names of our jobs have no blanks; what comes behind (commands, folders) may.
        words: dict[str, str] = {}
        for word in line.split():
            key, equals, value = word.partition("=")
            if equals:
                words.setdefault(key, value)
        job = words.get("JobId", "")
        if "ArrayJobId" in words and words.get("ArrayTaskId", "").isdecimal():
            job = f"{words['ArrayJobId']}_{words['ArrayTaskId']}"
        ended = _ended(job, words.get("JobState", ""), words.get("ExitCode", ""), "scontrol")
        if ended is not None:
            found[job] = ended
    return found


def read_most(text: str) -> int | None:
    """The seconds that a job may take, in what `scontrol -o show partition` printed; None for any
    number. Of several partitions the most that one of them gives."""
    words = [word for word in text.split() if word.startswith("MaxTime=")]
    found = [duration(word.partition("=")[2]) for word in words]
    known = [each for each in found if each is not None]
    return max(known) if len(known) == len(found) and known else None


def read_accounts(text: str) -> dict[str, Ended]:
    """The jobs that ended, in what `sacct -n -P -X -o ACCOUNT_FIELDS` printed.

    One that was requeued has a line each time, of which the last counts. Tasks that were cancelled
    while they waited may share a line: `161_[4-7,9%2]`.
    """
    found: dict[str, Ended] = {}
    for line in text.splitlines():
        parts = line.strip().split("|")
        if len(parts) < 3:
            continue
        for job in _tasks(parts[0]):
            found.pop(job, None)
            ended = _ended(job, parts[1], parts[2], "sacct")
            if ended is not None:
                found[job] = ended
    return found


def read_memory(text: str) -> dict[str, float]:
    """The MiB that jobs had of a node at most, in what `sacct -n -P -o MEMORY_FIELDS` printed, as
    far as they were looked at: a site samples them, and of some steps nothing is known."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        step, _, size = line.strip().partition("|")
        read = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]+)?)([KMGT]?)", size)
        job = step.partition(".")[0]
        if read is not None and is_job(job):
            mib = float(read[1]) * 1024.0 ** ("KMGT".index(read[2]) - 1 if read[2] else -2)
            found[job] = max(mib, found.get(job, 0))
    return {job: mib for job, mib in found.items() if mib}


_MANY = 100_000


def _tasks(text: str) -> Iterator[str]:
    array = re.fullmatch(r"([0-9]{1,12})_\[([0-9,-]+)(?:%[0-9]+)?\]", text)
    if array is None:
        yield text
        return
    for part in array[2].split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and (last or first).isdecimal() and len(part) < 20:
            for task in range(int(first), min(int(last or first), int(first) + _MANY) + 1):
                yield f"{array[1]}_{task}"


def _ended(job: str, state: str, exit: str, source: str) -> Ended | None:
    state = state.partition(" ")[0]  # `CANCELLED by 1000`
    if not is_job(job) or state not in _OVER:
        return None
    code = re.fullmatch(r"([0-9]{1,3}):([0-9]{1,3})", exit)
    number, signal = (int(code[1]), int(code[2])) if code else (None, None)
    return Ended(job, state, number, signal, source)


_CANCELLED = re.compile(
    r"(?:slurmstepd|srun)[^: ]*: error: \*\*\* (?:JOB|STEP) ([0-9]+)\S* ON \S+ CANCELLED AT "
    r"([0-9T:-]+)(?: DUE TO ([A-Z ]+[A-Z])[^*]*)? ?\*\*\*"
)
_CAUSES = {
    "TIME LIMIT": "timeout",
    "NODE FAILURE": "node",
    "PREEMPTION": "preempted",
    "JOB REQUEUE": "requeued",
}


@dataclass(frozen=True, slots=True)
class SlurmCause:
    """Why Slurm ended a job, and when, as the clock on its node's wall said it.

    `timeout`, `node`, `preempted`, `requeued`, or `cancelled` for no reason that it names.
    """

    word: str
    at: str


def causes(log: str) -> dict[str, SlurmCause]:
    """Why Slurm ended jobs, by their numbers, as slurmstepd says in a log; the last time counts."""
    found = _CANCELLED.findall(log)
    return {number: SlurmCause(_CAUSES.get(why, "cancelled"), at) for number, at, why in found}


def since(log: str, attempt: int) -> str | None:
    """What a job's log says from where an attempt of its run began; None where it says of none."""
    said = rf"^tcwc: run_[0-9]+, attempt {attempt:04d}: "
    begins = [each.start() for each in re.finditer(said, log, re.MULTILINE)]
    return log[begins[-1] :] if begins else None


def last_words(log: str) -> str:
    """What a log ends with: Slurm's word for the end of its job, after which that may say a line or
    two, else the last line in which something stands; "" where nothing does."""
    lines = [line for each in log.splitlines() if (line := each.strip())]
    return next((each for each in lines[-3:] if causes(each)), "".join(lines[-1:]))


def arrays(jobs: Iterable[str]) -> list[str]:
    """The arrays, and the jobs that are in none, that some jobs belong to, in their order."""
    return list(dict.fromkeys(job.partition("_")[0] for job in jobs if is_job(job)))


_OUTPUT = re.compile(r"^#SBATCH --output=(?:\"((?:\\.|[^\"\\])*)\"|(\S+))", re.MULTILINE)


def log_of(script: str, job: str) -> str | None:
    """The log of a job, by the directives of its script; None where they name none."""
    found = _OUTPUT.search(script)
    if found is None:
        return None
    pattern = re.sub(r"\\(.)", r"\1", found[1]) if found[2] is None else found[2]
    array, _, task = job.partition("_")
    words = {"%%": "%", "%A": array, "%a": task, "%j": array}
    return re.sub("%[%Aaj]", lambda word: words[word[0]], pattern)
