"""Whether a folder is a run of an experiment: for who gets one from somebody else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from tcwc.api.finder import Finder
from tcwc.api.near import near_ids
from tcwc.api.work import tasks
from tcwc.disk.checkpoints import leads_elsewhere, weigh
from tcwc.disk.handed_over import frozen_bytes
from tcwc.jobs.states.stamp import Attempt, Stamp, read_stamp
from tcwc.jobs.task import Task
from tcwc.model.frozen import dataclass
from tcwc.model.job_files import of_attempt

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of a folder. It is the run where there are no `reasons` against that.

    `run` is the id that it states, "" where it states none. `found` says what agrees, `notes` what
    could not be looked at, or is otherwise without a meaning.
    """

    run: str
    found: tuple[str, ...]
    notes: tuple[str, ...]
    reasons: tuple[str, ...]


def verify(compilation: Compilation, folder: str) -> Verified:
    """Whether a folder is the run of an experiment that its stamp says.

    Raises NoJobs, and what `Compilation.runs` does.
    """
    finder = Finder(compilation)
    seen = finder.look(os.path.abspath(folder))
    stamp = read_stamp(seen.texts, seen.beat)
    if not os.path.isdir(folder):
        return Verified("", (), (), (f"{folder} is no folder",))
    identity = stamp.identity
    if identity is None:
        why = stamp.unreadable[0] if stamp.unreadable else "there is no tcwc/run.json"
        return Verified("", (), (), (f"nothing says which run it is: {why}",))
    experiment = compilation.build.experiment.name
    if identity.experiment != experiment:
        what = f"it is of the experiment {identity.experiment}, not of {experiment}"
        return Verified(identity.run, (), (), (what,))
    runs = list(tasks(compilation))
    task = next((each for each in runs if each.run == identity.run), None)
    if task is None:
        near = near_ids(list(compilation.build.ids.numbers), identity.run)
        what = f"{experiment} has no {identity.run}: {near}"
        return Verified(identity.run, (), (), (what,))
    found, notes, reasons = list[str](), list[str](), list[str]()
    for told, what in (
        *_place(finder, folder, task, runs),
        *_identity(stamp, task),
        *_result(stamp, finder.is_whole(task, seen)),
        *_weights(compilation, folder, stamp, task),
        *_overrides(compilation, stamp),
        *_config(compilation, stamp, task),
    ):
        {"found": found, "note": notes, "reason": reasons}[told].append(what)
    return Verified(identity.run, tuple(found), tuple(notes), tuple(reasons))


def _place(
    finder: Finder, folder: str, task: Task, runs: Iterable[Task]
) -> Iterator[tuple[str, str]]:
    """Whether the folder is where another run writes: a stamp that came there is a copy."""
    here = os.path.realpath(folder)
    for each in runs:
        place = finder.place(each)
        if each.run != task.run and isinstance(place, str) and os.path.realpath(place) == here:
            yield "reason", f"it is the folder of {each.run}, and its stamp is that of {task.run}"


def _weights(
    compilation: Compilation, folder: str, stamp: Stamp, task: Task
) -> Iterator[tuple[str, str]]:
    """What tells that the weights may be others than the training left; their bytes are recorded
    nowhere."""
    training = compilation.build.experiment.target.training
    if not stamp.trained or not task.epochs or training is None or not training.checkpoint:
        return
    name = training.checkpoint.format(epoch=task.epochs - 1)
    end = of_attempt(stamp.trained[-1].number, "end")
    with suppress(OSError):  # that they are not there is told otherwise
        if elsewhere := leads_elsewhere(folder, name):
            yield "note", f"{elsewhere}, which no training leaves: a download, or others' weights"
        elif newer := weigh(folder, [name], end)[0].why:
            yield "note", f"{name}: {newer}: copied since, or changed"
        yield "note", "which bytes the weights had at the end of the training is recorded nowhere"


def _overrides(compilation: Compilation, stamp: Stamp) -> Iterator[tuple[str, str]]:
    """What an attempt ran with beside its config, which is the epoch that it goes on from."""
    training = compilation.build.experiment.target.training
    goes_on = training.goes_on if training else ()
    for attempt in stamp.trained:
        for each in attempt.ending.overrides if attempt.ending else ():
            if not each.startswith(goes_on):
                yield "reason", f"attempt {attempt.number} ran with `{each}` beside its config"


def _identity(stamp: Stamp, task: Task) -> Iterator[tuple[str, str]]:
    identity = stamp.identity
    assert identity is not None
    if identity.science_hash == task.science_hash:
        yield "found", f"science_hash {task.science_hash[:16]} is that of the source"
    elif identity.science_hash in task.was:
        what = "an earlier meaning of the run: the source has changed since"
        yield "reason", f"science_hash {identity.science_hash[:16]} is {what}"
    else:
        what = f"science_hash {identity.science_hash[:16]} is not that of the source"
        yield "reason", f"{what}, {task.science_hash[:16]}"
    if identity.world is not None and identity.world != task.world:
        yield "reason", f"world {identity.world} -> {task.world}: other processes, another result"
    if identity.effective_batch is not None and identity.effective_batch != task.batch:
        what = f"{identity.effective_batch} samples of a step -> {task.batch}"
        yield "reason", f"{what}: another result"
    for each in stamp.unreadable:
        yield "reason", f"its stamp: {each}"


def _result(stamp: Stamp, is_whole: bool | None) -> Iterator[tuple[str, str]]:
    if stamp.is_aside:
        yield "note", "it was set aside for another meaning of the run"
    last = stamp.trained[-1] if stamp.trained else None
    if last is None:
        yield "reason", "it was never begun"
        return
    if last.ending is None:
        yield "reason", f"attempt {last.number} has no end"
    elif last.ending.state != "finished":
        why = f": {last.ending.reason}" if last.ending.reason else ""
        yield "reason", f"attempt {last.number} ended {last.ending.state}{why}"
    elif is_whole is False:
        yield "reason", "it finished, and the weights of its last epoch are not there"
    elif is_whole is None:
        yield "note", "which epoch is its last is not known, so nobody looked for its weights"
    else:
        yield (
            "found",
            f"finished in attempt {last.number}, and the weights of its last epoch are there",
        )
    yield from _ways(stamp.trained)


def _ways(attempts: tuple[Attempt, ...]) -> Iterator[tuple[str, str]]:
    resumed = [each.number for each in attempts if each.ending and each.ending.mode == "resume"]
    if resumed:
        listed = ", ".join(map(str, resumed))
        yield "note", f"it went on from an epoch in attempt {listed}"


def _config(compilation: Compilation, stamp: Stamp, task: Task) -> Iterator[tuple[str, str]]:
    """What is known of the config that the last training ran, whose bytes its claim names."""
    last = stamp.trained[-1] if stamp.trained else None
    claim = last.claim if last else None
    if claim is None or not claim.sha256:
        if last is not None:
            yield "reason", "its claim does not say which config it ran"
        return
    if claim.sha256 == task.sha256:
        yield "found", f"the config that ran is that of the source, sha256 {claim.sha256[:16]}"
        return
    data = frozen_bytes(compilation.folder, claim.sha256)
    if data is None:
        what = "has other bytes than that of the source (an edit without a meaning, or a release)"
        yield "note", f"the config that ran, sha256 {claim.sha256[:16]}, {what}"
    elif sha256(data).hexdigest() != claim.sha256:
        yield "reason", f"the copy of its config, {claim.sha256[:16]}, was edited by hand"
    else:
        yield "note", f"the config that ran is the frozen copy {claim.sha256[:16]}"
