"""What the runs of an experiment took, by their stamps and logs, in groups that cost alike."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.api.finder import Finder, environment_of
from tcwc.config.canonical import canonical_json
from tcwc.disk.handed_over import log_end
from tcwc.jobs.limits import Length, Took
from tcwc.jobs.pace import paces
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.states.stamp import Attempt, read_stamp, word_in
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import LOCAL, STAMP, of_attempt
from tcwc.model.training import Training
from tcwc.model.values import Value
from tcwc.outcomes.attempts import ANEW, seconds_of

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation

_LOG = 1 << 26
"""Bytes at the end of a log in which bars are looked for: those of some 250,000 steps."""


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """Where an attempt was: the profile of its job (`local` without), its host, and its GPU."""

    cluster: str
    host: str
    gpu: str

    def is_of(self, profile: Profile) -> bool:
        """Whether it is one of a cluster, or has the GPUs of that."""
        kind = (profile.gpu_type or "").lower()
        return self.cluster == profile.name or bool(kind and kind in self.gpu.lower())

    def __str__(self) -> str:
        what = f"{self.host}{f' ({self.gpu})' if self.gpu else ''}"
        return what if self.cluster == LOCAL else f"{what} of {self.cluster}"


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """What an attempt of a run took, and where; `job` is its name in the queue, "" without one."""

    measured: Took
    machine: TrainedOn
    job: str


@dataclass(frozen=True, slots=True)
class AlikeRuns:
    """Runs whose steps cost alike, by `values` of their configs, and what was seen of them.

    `lengths` has each of its runs; `untold` are finished ones that tell nothing: no attempt trained
    all of it, from its start, with the config that the run has now.
    """

    values: Mapping[str, Value]
    lengths: Mapping[str, Length]
    seen: tuple[TrainedRun, ...]
    untold: tuple[str, ...]


def groups_of(
    compilation: Compilation,
    runs: Sequence[Task],
    rows: Mapping[str, RunStatus],
    profile: Profile | None = None,
) -> list[AlikeRuns]:
    """The runs of an experiment in groups that cost alike, in the order of their first runs; their
    folders are those that they have on the cluster of a profile."""
    training = compilation.build.experiment.target.training
    assert training is not None
    found: dict[str, list[Task]] = {}
    values: dict[str, Mapping[str, Value]] = {}
    lengths: dict[str, Length] = {}
    for task in runs:
        config = compilation.runs[task.run].config
        costs = {**training.paced(config), "world": task.world}
        key = canonical_json(costs)
        values.setdefault(key, costs)
        found.setdefault(key, []).append(task)
        lengths[task.run] = _length(config, task, training)
    finder = Finder(compilation, environment_of(profile))
    return [_group(finder, tasks, values[key], lengths, rows) for key, tasks in found.items()]


def _length(config: dict[str, Value], task: Task, training: Training) -> Length:
    said = tuple(config.get(key) for key in training.lengths)
    return Length(task.steps, task.epochs, said)


def _group(
    finder: Finder,
    tasks: Sequence[Task],
    values: Mapping[str, Value],
    lengths: Mapping[str, Length],
    rows: Mapping[str, RunStatus],
) -> AlikeRuns:
    seen: list[TrainedRun] = []
    untold = []
    for task in tasks:
        of_run = list(_seen(finder, task, lengths[task.run], rows[task.run]))
        seen += of_run
        if rows[task.run].state == "finished" and not any(s.measured.whole for s in of_run):
            untold.append(task.run)
    return AlikeRuns(values, {t.run: lengths[t.run] for t in tasks}, tuple(seen), tuple(untold))


def _seen(finder: Finder, task: Task, length: Length, row: RunStatus) -> Iterator[TrainedRun]:
    """The attempts of a run that tell what it takes: a whole one, and those that were too long."""
    if row.state not in ("finished", "failed", "running", "queued"):
        return  # another meaning of the run, or another's folder
    folder = finder.of(task)
    stamp = read_stamp(folder.texts)
    if stamp.identity is None or stamp.identity.world != task.world:
        return
    for attempt in stamp.trained:
        claim, ending, seconds = attempt.claim, attempt.ending, seconds_of([attempt])
        if claim is None or ending is None or seconds is None or claim.sha256 != task.sha256:
            continue
        if row.state == "finished" == ending.state and ending.mode in ANEW:
            took = _took(task.run, length, seconds, _log(folder.path, attempt))
        elif ending.reason == "timeout":
            took = Took(task.run, length, seconds, whole=False)
        else:
            continue
        gpu = word_in(claim.more, "gpu_name")
        machine = TrainedOn(claim.cluster or LOCAL, claim.host, gpu)
        yield TrainedRun(took, machine, claim.job if claim.is_queued else "")


def _log(folder: str, attempt: Attempt) -> str:
    return log_end(os.path.join(folder, STAMP, of_attempt(attempt.number, "log")), _LOG)


def _took(run: str, length: Length, seconds: int, log: str) -> Took:
    found = paces(log)
    if not found:
        return Took(run, length, seconds)
    beside = max(seconds - sum(each.seconds for each in found), 0)
    return Took(run, length, seconds, max(each.of_a_step for each in found), beside)
