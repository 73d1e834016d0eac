"""What runs will leave, as evaluations ask for it: each is asked of a config once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tcwc.model.evaluations import NoEvaluation
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.training import Beside, EpochKept, Found
from tcwc.model.values import Value

if TYPE_CHECKING:
    from tcwc.api.runs import Run, Runs
    from tcwc.builds.build import Build


class Leavings:
    """What the runs of a build leave, for all of its evaluations.

    A config takes longest to make, and that of one run is kept: ask all of a run before the next.
    `epochs` are those of runs of which somebody has asked already, by their ids. Raises
    NoEvaluation.
    """

    def __init__(
        self,
        runs: Runs,
        build: Build,
        known: Knowledge,
        recipe: Recipe | None,
        epochs: Mapping[str, int | None] | None = None,
    ) -> None:
        training = build.experiment.target.training
        if training is None or training.kept is None:
            message = f"what runs of {build.experiment.target.name} leave is not known"
            raise NoEvaluation(message, "evaluate by hand")
        self.runs, self.experiment = runs, build.experiment
        self.known, self.training = known, training
        self._recipe, self._keeps = recipe, training.kept
        self._epochs = dict(epochs or {})
        self._kept: dict[tuple[str, int, bool], EpochKept] = {}
        self._config: tuple[str, dict[str, Value]] = "", {}

    def config(self, run: Run) -> dict[str, Value]:
        """The config of a run."""
        if self._config[0] != run.id:
            self._config = run.id, run.config
        return self._config[1]

    def epochs(self, run: Run) -> int | None:
        """How many epochs a run has; None where nobody can tell."""
        if run.id not in self._epochs:
            name = self.experiment.recipe
            outlook = self.training.outlook
            found = outlook(self.config(run), name, self._recipe, self.known, Beside())
            self._epochs[run.id] = found.epochs
        return self._epochs[run.id]

    def last(self, run: Run) -> EpochKept:
        """What the last epoch of a run leaves."""
        return self.kept(run, (self.epochs(run) or 1) - 1)

    def kept(self, run: Run, epoch: int) -> EpochKept:
        """What an epoch of a run leaves."""
        is_last = self.epochs(run) in (epoch + 1, None)
        key = run.id, epoch, is_last
        if key not in self._kept:
            config = self.config(run)
            self._kept[key] = self._keeps(config, self._recipe, self.known, epoch, is_last, Found())
        return self._kept[key]
