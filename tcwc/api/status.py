"""What became of the runs of an experiment: looks at their folders, and asks the scheduler."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.api.evaluating import evaluation_tasks
from tcwc.api.evaluation_states import evaluation_states, failed_evaluations
from tcwc.api.finder import Finder, environment_of
from tcwc.api.queues import Ends, Queue, ask_ends, ask_queue
from tcwc.api.work import tasks
from tcwc.disk.boundary import real_path
from tcwc.disk.handed_over import HandedOver, is_log, log_end, wall_clock
from tcwc.disk.stamps import RunFolder
from tcwc.jobs.arrays import label_of
from tcwc.jobs.states.evidence import BEAT, BEATS, Current, RunEvidence, Submitted, is_newest
from tcwc.jobs.states.records import latest, read_refusals, read_submitted
from tcwc.jobs.states.rows import RunStatus, row_of
from tcwc.jobs.states.slurm import Queued, causes, is_still, last_words, log_of, ours, since
from tcwc.jobs.states.stamp import Claim, Stamp, read_stamp
from tcwc.jobs.states.table import STATES, state_of
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass, replace
from tcwc.model.job_files import JOBS, LOCAL
from tcwc.outcomes.evaluation_state import EvaluationCounts, FailedEvaluation, counted

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.session import Session
    from tcwc.jobs.profiles.profile import Profile

_DIGITS = 6
_SLACK = 120
"""Seconds by which the clocks of a node and of this machine may differ."""


@dataclass(frozen=True, slots=True)
class Status:
    """What became of the runs of an experiment.

    `at` is when, in unix seconds. `cluster` is the profile whose scheduler was asked, "" where
    there was nothing to ask; `silence` says why it does not answer, "" where it does. `accounting`
    says whether it keeps accounts, None where that was not asked. `runs` are in the order of ids.
    `evaluations` say how many results there are of each entry of `evaluate:`, `failed_evaluations`
    which have none because they failed.
    """

    experiment: str
    at: int
    cluster: str
    silence: str
    accounting: bool | None
    runs: tuple[RunStatus, ...]
    evaluations: tuple[EvaluationCounts, ...] = ()
    failed_evaluations: tuple[FailedEvaluation, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many runs are in each state, in the order of the table; those that some are in."""
        found = Counter(each.state for each in self.runs)
        return {state: found[state] for state in STATES if found[state]}

    @property
    def is_finished(self) -> bool:
        """Whether all runs are finished."""
        return all(each.state == "finished" for each in self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[RunStatus]:
        return iter(self.runs)

    def __getitem__(self, run: str) -> RunStatus:
        """The row of a run's id. Raises KeyError."""
        for each in self.runs:
            if each.run == run:
                return each
        raise KeyError(run)

    def _repr_html_(self) -> str:
        from tcwc.api.html import status_table

        return status_table(self.experiment, self.counts, self.runs)


def status(
    source: str | os.PathLike[str] | Compilation,
    *,
    cluster: str | None = None,
    session: Session | None = None,
) -> Status:
    """What became of the runs of an experiment, by its path or its compilation.

    Writes nothing that stays. `cluster` names the profile of the cluster that this machine is one
    of, where nothing else does (TCWC_CLUSTER, tcwc.local.toml, settings).
    Raises what `tcwc.compile` and `Compilation.runs` do, NoJobs, NoProfile, and BadProfile.
    """
    from tcwc.api.clusters import chosen_profile
    from tcwc.api.compilation import Compilation, compile
    from tcwc.api.session import Session

    session = session or Session()
    if not isinstance(source, Compilation):
        source = compile(source, session=session)
    runs = sorted(tasks(source), key=lambda each: each.index)
    profile = chosen_profile(source.place, session, cluster)
    variables = environment_of(profile)
    found = evaluation_states(source, evaluation_tasks(source, runs), variables)
    return replace(
        status_of(source, runs, profile),
        evaluations=counted(found),
        failed_evaluations=tuple(failed_evaluations(source, found, variables)),
    )


def status_of(
    compilation: Compilation, runs: Sequence[Task], profile: Profile | None = None
) -> Status:
    """What became of some runs of a compilation; `profile` is that of the cluster that this machine
    is one of, else the one that runs were submitted with, where there is only one."""
    return _Look(compilation, profile).at(runs)


class _Look:
    """A look at all runs: what is there is read once, and the scheduler asked at most thrice."""

    def __init__(self, compilation: Compilation, profile: Profile | None) -> None:
        self._experiment = compilation.build.experiment.name
        self._home = real_path(compilation.place.folder)
        output = os.path.relpath(compilation.folder, os.path.abspath(compilation.place.folder))
        self._label = label_of(self._experiment, output)
        self._handed = HandedOver(os.path.join(compilation.folder, JOBS))
        self._finder = Finder(compilation, environment_of(profile))
        self._profiles = [each for each in self._handed.profiles() if each != LOCAL]
        self._scripts: dict[str, str] = {}
        self._here = profile.name if profile else _only(self._profiles)
        noted = [read_submitted(self._handed.jobs(each), each) for each in self._profiles]
        self._submitted = latest(noted)
        self._refusals = read_refusals(self._handed.refused())
        self._at = int(time.time())

    def at(self, runs: Sequence[Task]) -> Status:
        # The queue first: of a job that ends meanwhile the stamp then says so.
        is_asked = bool(self._profiles) and self._here != LOCAL
        queue = ask_queue() if is_asked else Queue({})
        folders = [self._finder.of(task) for task in runs]
        stamps = [read_stamp(each.texts, each.beat) for each in folders]
        if not is_asked and any(map(_is_in_a_queue, stamps)):  # submitted from somewhere else
            is_asked, queue = True, ask_queue()
        mine = ours(queue.jobs, self._label, self._home)
        seen = [
            self._evidence(task, folder, stamp, queue, mine)
            for task, folder, stamp in zip(runs, folders, stamps, strict=True)
        ]
        ends = ask_ends(filter(None, map(_forgotten, seen))) if not queue.silence else Ends({})
        seen = [self._with_end(each, ends) for each in seen]
        rows = (
            row_of(task, self._finder.place(task), each, state_of(each))
            for task, each in zip(runs, seen, strict=True)
        )
        asked = (self._here or "slurm") if is_asked else ""
        silence = queue.silence or ends.silence
        return Status(self._experiment, self._at, asked, silence, ends.accounting, tuple(rows))

    def _evidence(
        self,
        task: Task,
        folder: RunFolder,
        stamp: Stamp,
        queue: Queue,
        mine: Mapping[int, Queued],
    ) -> RunEvidence:
        submitted = self._submitted.get(task.run)
        claim = stamp.last.claim if stamp.last else None
        silence = queue.silence or self._elsewhere(submitted, claim, stamp)
        queued = mine.get(task.index)
        if not silence and queued is None:
            jobs = (submitted.job if submitted else "", claim.job if claim else "")
            named = (queue.jobs[job] for job in jobs if job in queue.jobs)
            queued = next((each for each in named if self._is_still(each)), None)
        return RunEvidence(
            Current(self._experiment, task.run, task.science_hash, task.world, task.was),
            self._at,
            folder.missing,
            stamp,
            self._finder.strangers(folder),
            self._finder.is_whole(task, folder),
            queued,
            submitted,
            self._refusals.get(task.run),
            here=self._here,
            answers=not silence,
            silence=silence,
            stale=BEATS * _beat(),
        )

    def _is_still(self, job: Queued) -> bool:
        return is_still(job, self._label, self._home)

    def _elsewhere(self, submitted: Submitted | None, claim: Claim | None, stamp: Stamp) -> str:
        """Why the scheduler of this machine cannot know of a run's job; "" where it can."""
        is_open = stamp.last is not None and stamp.last.is_open
        names = [submitted.cluster] if submitted else []
        names += [claim.cluster] if claim and is_open and claim.is_queued else []
        other = next((each for each in names if each and each != self._here), None)
        if other is None:
            return ""
        named = "" if self._here else f" (--cluster {other}, if this is one of its machines)"
        return f"its job is one of the cluster {other}{named}"

    def _script(self, profile: str) -> str:
        if profile not in self._scripts:
            is_one = profile in self._profiles  # it is what a job says
            self._scripts[profile] = self._handed.script_head(profile) if is_one else ""
        return self._scripts[profile]

    def _with_end(self, seen: RunEvidence, ends: Ends) -> RunEvidence:
        """The evidence with what the scheduler, or its daemon, says of how the job ended."""
        job = _forgotten(seen)
        if not job:
            return seen
        if ends.silence and seen.answers:
            return replace(seen, answers=False, silence=ends.silence)
        ended, cause, words = ends.jobs.get(job), self._cause(seen), self._last_words(seen)
        return replace(seen, ended=ended, cause=cause, last_words=words)

    def _last_words(self, seen: RunEvidence) -> str | None:
        """What the log of a job ends with that left no stamp; None where it has none."""
        if seen.submitted is None or seen.stamp.last is not None:
            return None
        log = log_of(self._script(seen.submitted.cluster), seen.submitted.job)
        path = os.path.join(self._home, log or "")
        return last_words(log_end(path)) if log is not None and is_log(path) else None

    def _cause(self, seen: RunEvidence) -> str:
        """Why slurmstepd ended the last attempt, as the log of its job says; "" for nothing."""
        attempt = seen.stamp.last
        claim = attempt.claim if attempt else None
        if attempt is None or claim is None or not claim.is_queued:
            return ""
        log = log_of(self._script(claim.cluster), claim.job)
        if log is None:
            return ""
        text = log_end(os.path.join(self._home, log))
        part = since(text, attempt.number)
        found = causes(text if part is None else part).get(claim.slurm_job)
        # An older line is of an attempt before the job was put into the queue again. Where the job
        # itself did not come to a word, the clock says it, if it is set to the zone of the node's.
        at = wall_clock(found.at) if found and part is None else None
        is_old = at is not None and claim.start is not None and at < claim.start - _SLACK
        return "" if found is None or is_old else found.word


def _is_in_a_queue(stamp: Stamp) -> bool:
    last = stamp.last
    return last is not None and last.is_open and last.claim is not None and last.claim.is_queued


def _beat() -> float:
    """The seconds between heartbeats: a minute, unless the environment has jobs beat otherwise."""
    said = os.environ.get("TCWC_BEAT", "")
    return float(said) if said.isdecimal() and len(said) < _DIGITS else BEAT


def _only(profiles: Sequence[str]) -> str:
    return profiles[0] if len(profiles) == 1 else ""


def _forgotten(seen: RunEvidence) -> str:
    """The job of a run that is no more in the queue, and whose end is to be asked for; "" where
    the stamp says enough, or there is none."""
    if seen.queued is not None or not seen.answers:
        return ""
    attempt = seen.stamp.last
    if attempt is None:
        is_told = seen.refusal is not None and is_newest(seen.refusal, seen.submitted)
        return seen.submitted.job if seen.submitted and not is_told else ""
    if attempt.ending is not None and attempt.ending.state != "cancelled":
        return ""
    return attempt.claim.job if attempt.claim and attempt.claim.is_queued else ""
