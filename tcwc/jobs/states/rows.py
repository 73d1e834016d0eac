"""What `tcwc status` says of one run."""

from __future__ import annotations

from tcwc.jobs.places import NoPlace
from tcwc.jobs.states.evidence import RunEvidence
from tcwc.jobs.states.stamp import Stamp
from tcwc.jobs.states.table import State
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import STAMP, of_attempt


def spoken(word: str) -> str:
    """A state, or a reason, as people read it: `never started`. Programs have `never_started`."""
    return word.replace("_", " ")


@dataclass(frozen=True, slots=True)
class RunStatus:
    """What became of a run, and what there is to be looked at.

    `state`, `reason` and `detail` are as the table of states has them (jobs/states/table.py),
    `evidence` names what says so. `attempts` counts how often it began; `job`, `host`, `gpus`,
    `start` and `end` are of the last one. `resumes` says how it goes on after an end in the middle:
    `exact`, `close` or `no`. `folder` is where it writes, as far as this machine can tell, `log`
    the one of its last attempt, `pid` the process that has it, or had. Times are unix seconds; ""
    and None stand where there is nothing.
    """

    run: str
    name: str
    state: str
    reason: str
    detail: str
    evidence: tuple[str, ...]
    attempts: int
    job: str
    host: str
    gpus: str
    start: int | None
    end: int | None
    resumes: str
    science_hash: str
    folder: str
    log: str
    pid: int | None = None

    @property
    def word(self) -> str:
        """State and reason as people read them: `failed: host memory`, `running elsewhere`."""
        state, reason = spoken(self.state), spoken(self.reason)
        if not reason:
            return state
        if state == "failed":
            return f"{state}: {reason}"
        return f"{state} {reason}" if state == "running" else f"{state} ({reason})"


def row_of(task: Task, place: str | NoPlace, seen: RunEvidence, state: State) -> RunStatus:
    """The row of a run."""
    attempt = seen.stamp.last
    claim = attempt.claim if attempt else None
    ending = attempt.ending if attempt else None
    folder = task.folder if isinstance(place, NoPlace) else place
    job = (claim.job if claim else "") or (seen.submitted.job if seen.submitted else "")
    return RunStatus(
        task.run,
        "" if task.name == task.run else task.name,
        state.state,
        state.reason,
        state.detail,
        state.evidence,
        len(seen.stamp.attempts),
        seen.queued.job if seen.queued else job,
        claim.host if claim else (seen.queued.host if seen.queued else ""),
        claim.gpus if claim else "",
        claim.start if claim else None,
        ending.end if ending else None,
        task.resumes,
        task.science_hash,
        folder,
        _log(folder, seen.stamp),
        claim.pid if claim else None,
    )


def _log(folder: str, stamp: Stamp) -> str:
    last = stamp.last
    return (
        f"{folder}/{STAMP}/{of_attempt(last.number, 'log')}"
        if last is not None and last.log
        else ""
    )
