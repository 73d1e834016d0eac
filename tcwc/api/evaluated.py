"""What the evaluations of a build are of, and the configs by which the target itself evaluates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tcwc.api.leavings import Leavings
from tcwc.builds.errors import BuildError
from tcwc.config.template import file_name
from tcwc.jobs.evaluations.evaluated import EvaluatedWeights
from tcwc.model.epochs import epochs_of
from tcwc.model.evaluated_weights import chosen
from tcwc.model.evaluations import Evaluation, NoEvaluation
from tcwc.model.evaluators import CONFIG
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.patterns import pattern
from tcwc.model.signature import config_text, sha256_text
from tcwc.model.training import EpochKept, EpochWeights
from tcwc.model.values import Value
from tcwc.model.weights import MERGED

if TYPE_CHECKING:
    from tcwc.api.runs import Run
    from tcwc.builds.build import Build

BASE = "base"
"""What the folder of a base model's results is called."""
_ODD = pattern(r"[^A-Za-z0-9._-]")


class Weighing:
    """What one evaluation is of, over the runs of a build. Methods raise NoEvaluation."""

    def __init__(self, leavings: Leavings, said: Evaluation) -> None:
        self._leavings, self._said = leavings, said
        self._runs, self._experiment = leavings.runs, leavings.experiment
        self.tool = leavings.known.evaluators().tools[said.tool]

    def of_run(self, run: Run) -> Iterator[EvaluatedWeights]:
        """The epochs of a run that are evaluated."""
        count = self._leavings.epochs(run)
        if count is None:
            raise NoEvaluation(
                "which epochs a run leaves cannot be told from its config",
                "write the folders under `checkpoints:`, by a name each",
            )
        for epoch in epochs_of(self._said.epochs, count):
            kept = self._leavings.kept(run, epoch)
            yield EvaluatedWeights(
                self._experiment.name,
                self._said.name,
                f"epoch_{epoch}",
                run.id,
                run.id,
                run.id,
                epoch,
                epoch + 1 == count,
                run.science_hash,
                run.parameters,
                chosen(self._said, self.tool, kept),
                kept,
            )

    def of_others(self, runs: Iterable[Run]) -> Iterator[EvaluatedWeights]:
        """What is no run's: the bases of some runs, and other checkpoints."""
        wanted = list(runs)
        if self._said.baseline:
            used = {self._leavings.kept(each, 0).base.folder for each in wanted}
            every = self._bases()
            for folder, (run, kept) in every.items():
                if folder in used:
                    yield self._beside(label_of_base(folder, every), run, kept.base, kept)
        for name, folder in self._said.checkpoints.items() if wanted else ():
            run = self._runs[0]
            kept = self._leavings.last(run)
            yield self._beside(name, run, self._checkpoint(folder, kept), kept)

    def _bases(self) -> dict[str, tuple[Run, EpochKept]]:
        """The folders of base models, each with the first run that begins from it."""
        found: dict[str, tuple[Run, EpochKept]] = {}
        for run in self._runs:
            kept = self._leavings.kept(run, 0)
            found.setdefault(kept.base.folder, (run, kept))
        return found

    def _checkpoint(self, folder: str, kept: EpochKept) -> EpochWeights:
        """Weights that are no run's, of the kind that is said, else whole ones: their files have
        the names that those of runs have."""
        kind = str(self._said.settings.get("weights", MERGED))
        like = next((each for each in kept.weights if each.kind == kind), None)
        named = like.files if like and self.tool.told == CONFIG else ()
        beside = like.beside if like else ()
        return EpochWeights(kind, folder, named, False, False, "", beside=beside)

    def _beside(
        self, label: str, run: Run, weights: EpochWeights, kept: EpochKept
    ) -> EvaluatedWeights:
        name, said = self._experiment.name, self._said.name
        return EvaluatedWeights(
            name, said, label, run.id, "", "", None, False, "", {}, weights, kept
        )

    def texts(self, subjects: Iterable[EvaluatedWeights]) -> Iterator[tuple[str, str]]:
        """The configs of subjects, by what they are called."""
        for each in subjects:
            yield each.config_id, self.config_text(each)

    def shipped(self) -> Mapping[str, Value]:
        """What holds of a config by which something is evaluated where nothing says; nothing where
        the tool has none."""
        name = self._experiment.target.evaluating_config
        found = self._leavings.known.config(name) if self.tool.told == CONFIG else None
        return found.values if found is not None else {}

    def config(self, subject: EvaluatedWeights) -> dict[str, Value]:
        """The config by which something is evaluated; {} where the tool has none."""
        if self.tool.told != CONFIG:
            return {}
        makes = self._leavings.training.evaluation
        if makes is None:
            raise NoEvaluation(f"{self.tool.name} is not known here", "use another tool")
        config = self._leavings.config(self._runs[subject.source])
        return makes(config, subject.weights, self._said.settings, self._leavings.known)

    def config_text(self, subject: EvaluatedWeights) -> str:
        """The text of that; "" where the tool has none."""
        made, emit = self.config(subject), self._experiment.target.emit
        if not made:
            return ""
        # Nothing in it says what runs it, and a lint of it alone asks.
        head = f"# tcwc: recipe {self.tool.name}\n"
        body = head + "".join(emit(key, value) for key, value in made.items())
        return config_text(self._experiment.name, subject.config_id, body)


def evaluation_configs(
    build: Build, known: Knowledge, recipe: Recipe | None
) -> Iterator[tuple[str, str]]:
    """The configs that evaluate the runs of a build, by what they are called. Raises BuildError."""
    from tcwc.api.runs import Runs

    tools = known.evaluators().tools
    asked = [each for each in build.experiment.evaluations if tools[each.tool].told == CONFIG]
    if not asked:
        return
    with told_of(asked[0], BuildError):
        leavings = Leavings(Runs(build), build, known, recipe)
    every = {said.name: Weighing(leavings, said) for said in asked}
    for run in leavings.runs:
        for said in asked:
            with told_of(said, BuildError):
                yield from every[said.name].texts(every[said.name].of_run(run))
    for said in asked:
        with told_of(said, BuildError):
            yield from every[said.name].texts(every[said.name].of_others(leavings.runs))


@contextmanager
def told_of(said: Evaluation, problem: Callable[[str, str], Exception]) -> Iterator[None]:
    """Raises a problem for NoEvaluation, by the evaluation's name."""
    try:
        yield
    except NoEvaluation as wrong:
        raise problem(f"`evaluate: {said.name}`: {wrong.message}", wrong.help) from None


def label_of_base(folder: str, all: Iterable[str]) -> str:
    """The label of a base model among all: `base` where there is one, else with its name."""
    others = [each for each in all if each != folder]
    if not others:
        return BASE
    name = _name_of(folder)
    if any(_name_of(each) == name for each in others):
        name += f"-{sha256_text(folder)[:8]}"
    return f"{BASE}.{name}"


def _name_of(folder: str) -> str:
    """The last part of a path, as a part of a folder's name."""
    return _ODD.sub("_", file_name(folder.rstrip("/").rpartition("/")[2])) or "model"
