"""Which paths of a config can change the result of a run: science, engineering, location."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from tcwc.model.ir import Experiment, Path, format_path

KeyClass = Callable[[str], str]
"""The class of a path, by its canonical spelling: "science", "engineering" or "location"."""


def science_of(
    experiment: Experiment, key_class: KeyClass, set_by_factors: AbstractSet[Path] | None = None
) -> Callable[[Path], bool]:
    """Whether a path counts in the `science_hash` of an experiment's runs.

    What stands under `engineering:` and what is of the engineering class does not, unless a
    factor sets it (of the experiment's, if not told otherwise). Locations count where they stand.
    """
    engineering = {each.path for each in experiment.engineering}
    by_factors = varied(experiment) if set_by_factors is None else set_by_factors
    known: dict[Path, bool] = {}

    def counts(path: Path) -> bool:
        answer = known.get(path)
        if answer is None:
            if _within(path, by_factors):
                answer = True
            elif _within(path, engineering):
                answer = False
            else:
                answer = key_class(format_path(path)) != "engineering"
            known[path] = answer
        return answer

    return counts


def varied(experiment: Experiment) -> AbstractSet[Path]:
    """The paths that the levels of an experiment's factors set."""
    return {
        each.path
        for factor in experiment.factors
        for level in factor.levels
        for each in level.assignments
    }


def _within(path: Path, sections: AbstractSet[Path]) -> bool:
    return any(path[:length] in sections for length in range(1, len(path) + 1))
