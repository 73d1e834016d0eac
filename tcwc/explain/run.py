"""One run explained: what it is, and where the values that are asked for come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.builds.matching import run_number
from tcwc.config.filling import RunName
from tcwc.config.merge import lookup
from tcwc.design.drawing import draw_of
from tcwc.explain.heads import head, levels
from tcwc.explain.notes import Explanation, Note
from tcwc.explain.origins import Origins
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Cell, Experiment, Path, Value
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.secret_words import secret_words
from tcwc.model.target import WhoReads


@dataclass(frozen=True, slots=True)
class Subject:
    """A run, with its whole config as written, and what is known of the target and its recipe.

    `hashes` are the science hashes that it had, oldest first, and the one that it has.
    """

    experiment: Experiment
    catalogue: Knowledge
    recipe: Recipe | None
    cell: Cell
    id: str
    config: dict[str, Value]
    hashes: Sequence[str]


def explain_run(run: Subject, path: Path = (), *, everything: bool = False) -> Explanation:
    """What can be said of a run's values at and below a path, or at what an arm of that name sets.

    Without a path, of those that are not merely the base's, unless `everything` is asked for. No
    origins: the run has nothing at this path, and nothing known reads it.
    """
    experiment = run.experiment
    draw = draw_of(experiment.design, experiment.factors, run.cell)
    readers = experiment.target.readers(run.config, experiment.recipe, run.recipe, run.catalogue)
    name = RunName(experiment.name, run.id, run_number(run.id) or 0)
    origins = Origins(experiment, run.cell, name, run.config, readers, draw)
    found = [origins.of(each) for each in _asked(origins, readers, run.config, path)]
    shown = found if everything or path else [each for each in found if each.own]
    notes = (*head(experiment, run.cell, draw), *_hashes(run.hashes))
    return Explanation(
        run.id,
        experiment.name,
        levels(experiment, run.cell),
        notes,
        tuple(shown),
        secret_words([*run.config.items(), *experiment.base.values.items()]),
        experiment.target.component,
        len(found) - len(shown),
        tuple((each.name, level.value) for each in experiment.factors for level in each.levels),
    )


def _asked(
    origins: Origins, readers: WhoReads, config: dict[str, Value], path: Path
) -> Sequence[Path]:
    inside = [each for each in origins.paths() if each[: len(path)] == path]
    section = lookup(config, path[:-1])[1]
    known = lookup(config, path)[0] or (isinstance(section, dict) and readers.of(path))
    return origins.of_arm(path) or inside or ((path,) if known else ())


def _hashes(hashes: Sequence[str]) -> Iterator[Note]:
    *before, now = hashes
    yield Note("science_hash", now)
    for each in reversed(before):
        yield Note("was", f"{each}, before a constant of it changed")
