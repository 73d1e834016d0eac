"""The folders of runs on this machine, and what lies in them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tcwc.disk.boundary import real_path
from tcwc.disk.stamps import RunFolder, Stamps
from tcwc.jobs.places import NoPlace, place_of
from tcwc.jobs.states.stamp import NO_STAMP, Stamp, beat_of, is_part, is_text, read_stamp
from tcwc.jobs.task import Task
from tcwc.model.job_files import PRUNED, STAMP
from tcwc.outcomes.evaluation_state import PART

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.jobs.evaluation import EvaluationTask
    from tcwc.jobs.profiles.profile import Profile
    from tcwc.model.training import Training


def environment_of(profile: Profile | None) -> Mapping[str, str]:
    """The variables of the environment that runs of a profile have: this one's, and its own."""
    return {**os.environ, **(profile.environment if profile else {})}


class Finder:
    """Finds the folders of runs on this machine, and looks into them.

    `variables` are those of the environment that runs have: this one's, where nothing else is said.
    """

    def __init__(self, compilation: Compilation, variables: Mapping[str, str] = os.environ) -> None:
        training = compilation.build.experiment.target.training
        self._training: Training | None = training
        self._home = real_path(compilation.place.folder)
        self._guard = compilation.place.guard
        self._variables = variables
        self._stamps = Stamps(compilation.folder, is_part, is_text, beat_of)

    def place(self, task: Task) -> str | NoPlace:
        """Where a run writes, as an absolute path."""
        return self.where(task.folder)

    def where(self, path: str) -> str | NoPlace:
        """A path of a config, as an absolute one."""
        place = place_of(path, self._variables)
        return place if isinstance(place, NoPlace) else os.path.join(self._home, place)

    def path(self, path: str) -> str:
        """A path of a config as an absolute one; as it is written where that cannot be told."""
        place = place_of(path, self._variables)
        return path if isinstance(place, NoPlace) else os.path.join(self._home, place)

    def of(self, task: Task) -> RunFolder:
        """What is in the folder of a run."""
        place = self.place(task)
        if isinstance(place, NoPlace):
            return RunFolder(task.folder, place.why)
        if self.is_closed(place):
            return RunFolder(place, "outside of the repository, where nothing may be looked at")
        return self.look(place)

    def is_closed(self, place: str) -> bool:
        """Whether nothing may be looked at there."""
        return self._guard.is_strict and self._guard.is_outside(place)

    def look(self, folder: str) -> RunFolder:
        """What is in a folder."""
        return self._stamps.folder(folder)

    def attempts(self, evaluation: EvaluationTask) -> Stamp:
        """The attempts of an evaluation, which are noted beside its results."""
        place = self.where(evaluation.results)
        if isinstance(place, NoPlace) or self.is_closed(place):
            return NO_STAMP
        above, name = os.path.split(place)
        try:
            return read_stamp(self._stamps.texts(os.path.join(above, f".{name}{PART}")))
        except OSError:
            return NO_STAMP

    def is_pruned(self, weights: str) -> bool:
        """Whether the weights that a run had in a folder, as its config names it, are not there
        because `tcwc prune` removed them."""
        place = self.where(weights)
        if isinstance(place, NoPlace) or self.is_closed(place) or os.path.lexists(place):
            return False
        run, name = os.path.split(place)
        return os.path.isfile(os.path.join(run, STAMP, f"{name}{PRUNED}"))

    def strangers(self, folder: RunFolder) -> tuple[str, ...]:
        """What a training left in a folder without a stamp."""
        if folder.texts or self._training is None:
            return ()
        return tuple(sorted(n for n in folder.names if n.startswith(self._training.leaves)))

    def is_whole(self, task: Task, folder: RunFolder) -> bool | None:
        """Whether the weights of the last epoch are there; None where nobody knows which."""
        training = self._training
        if not task.epochs or training is None or not training.checkpoint or not folder.texts:
            return None
        name = training.checkpoint.format(epoch=task.epochs - 1)
        return name in folder.names and any(
            file.endswith(training.weights) for file in folder.files(name)
        )
