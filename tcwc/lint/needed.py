"""What runs need, over all runs: by the combinations of levels that conditions depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcwc.config.interpolation.reading import Reading
from tcwc.expressions.evaluate import EvaluationError
from tcwc.expressions.holding import holds
from tcwc.lint.cases import Case, cases, unfilled
from tcwc.lint.context import Context
from tcwc.model.design import Formula
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value
from tcwc.model.source import Span

Said = tuple[int | str, Span, Formula | None]
"""The value of a need, where it stands, and for which runs: a condition, None for all."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What the runs of a case need: all that is said of each need, what holds for some runs after
    what holds for all."""

    case: Case
    said: dict[str, list[Said]]

    def number(self, name: str) -> int | None:
        """The number that a need comes to; None where nothing is said of it."""
        value = self.said[name][-1][0] if name in self.said else None
        return value if isinstance(value, int) else None

    def word(self, name: str) -> str | None:
        """The word that a need comes to."""
        value = self.said[name][-1][0] if name in self.said else None
        return value if isinstance(value, str) else None

    def place(self, *names: str) -> Span:
        """Where the first of some needs is said of which something is."""
        return next(self.said[name][-1][1] for name in names if name in self.said)


def conditions(context: Context) -> list[Formula]:
    """The conditions of `resources:`."""
    resources = context.experiment.resources
    return [each.condition for each in resources.cases] if resources else []


def needed(context: Context, paths: Iterable[Path] = ()) -> Iterator[Needed]:
    """What runs need, for each combination of levels that decides about that, and about `paths`."""
    resources = context.experiment.resources
    assert resources is not None
    named = [path for formula in conditions(context) for path in formula.names.values()]
    for case in cases(context.experiment, [*named, *paths]):
        said: dict[str, list[Said]] = {
            name: [(getattr(resources.needs, name), span, None)]
            for name, span in resources.spans.items()
        }
        for each in resources.cases:
            if met(case, each.condition) is True:
                for name, span in each.spans.items():
                    value = getattr(each.needs, name)
                    said.setdefault(name, []).append((value, span, each.condition))
        yield Needed(case, said)


def met(case: Case, formula: Formula) -> bool | EvaluationError:
    """Whether a condition holds in the runs of a case, or why nobody can tell."""
    reading = Reading(case.config, unfilled)

    def value_at(path: Path) -> tuple[bool, Value]:
        return (True, case.arms[path]) if path in case.arms else reading.again().at(path)

    return holds(formula, value_at)


def samples_paths(context: Context) -> list[Path]:
    """What decides which of the numbers that `samples:` says is that of a run."""
    samples = context.experiment.samples
    cases = samples.cases if samples is not None else ()
    return [path for formula, _ in cases for path in formula.names.values()]


def samples_said(context: Context, case: Case) -> int | None:
    """How many samples the data of a case have, where `samples:` says so; the case is one of those
    that `samples_paths` tell apart."""
    samples = context.experiment.samples
    if samples is None:
        return None
    said = [count for formula, count in samples.cases if met(case, formula) is True]
    return said[0] if said else samples.count
