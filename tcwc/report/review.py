"""What is shown of experiments against a commit, in whatever form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from tcwc.api.costs import Costs
from tcwc.api.review import Against
from tcwc.builds.review import RunOf
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.words import how_many
from tcwc.report.findings import Paint, left_out
from tcwc.report.levels import labels
from tcwc.report.runs import numbered

_HOUR = 3600
_DIGITS = 12
_HASH = pattern(r"[0-9a-f]{12,64}(\.\.\.)?")
_STANDING = {
    "gone": "its source is gone",
    "new": "a new experiment",
    "unbuilt": "no build of it was committed then",
}
SHOWN = 8
"""Differences, and runs with their levels, that are shown where nobody asks for all."""


@dataclass(frozen=True, slots=True)
class ReviewOfAll:
    """Experiments against a commit: what it was `called`, and its hash."""

    called: str
    commit: str
    experiments: tuple[Against, ...]
    version: str
    excluded: int = 0
    """Experiments that settings leave out."""

    @property
    def short(self) -> str:
        """The beginning of the commit's hash."""
        return self.commit[:_DIGITS]

    @property
    def name(self) -> str:
        """What it was called; "" where that was a hash."""
        return "" if _HASH.fullmatch(self.called) else self.called

    @property
    def different(self) -> tuple[Against, ...]:
        """Those of which there is something to say."""
        return tuple(each for each in self.experiments if not is_as_before(each))

    @property
    def costs(self) -> Costs:
        """What is to be trained of all of them."""
        return sum((each.costs for each in self.experiments), Costs())


@dataclass(frozen=True, slots=True)
class ReviewFormat:
    """A form of a review: its lines where it `is_text` for people, else pieces of a document."""

    pieces: Callable[[ReviewOfAll, Paint, bool], Iterable[str]]
    is_text: bool = False


def is_as_before(each: Against) -> bool:
    """Whether there is nothing to say of an experiment."""
    return each.state == "known" and not each.moved_from and each.found.is_as_before


def headline(review: ReviewOfAll) -> str:
    """ "2 of 5 experiments differ: 3 runs new, 2 runs changed in meaning; 1 has errors" """
    all, failed = len(review.experiments), sum(bool(each.errors) for each in review.experiments)
    some = len(review.different) - failed
    counts = ", ".join(_counts(review.experiments))
    said = [f"{_of_all(some, all)} differ{'s' if some == 1 else ''}" + (counts and f": {counts}")]
    if not some:
        said = [] if failed else [f"nothing changes in {how_many(all, 'experiment')}"]
    if failed:
        which = f"{failed:,}" if some else _of_all(failed, all)
        said.append(f"{which} {'has' if failed == 1 else 'have'} errors")
    return "; ".join(said) + left_out(review.excluded)


def _of_all(some: int, all: int) -> str:
    return f"{some:,} of {how_many(all, 'experiment')}"


def _counts(experiments: Iterable[Against]) -> Iterator[str]:
    found = [each.found for each in experiments]
    for what, count in (
        ("new", sum(len(each.new) for each in found)),
        ("changed in meaning", sum(len(each.changed) for each in found)),
        ("back again", sum(len(each.revived) for each in found)),
        ("retired", sum(len(each.retired) for each in found)),
    ):
        if count:
            yield f"{how_many(count, 'run')} {what}"


def costs_text(costs: Costs) -> str:
    """ "4 runs, at most 4,000 optimizer steps, at most 32 GPU-hours"; "" where none is trained."""
    if not costs.runs:
        return ""
    said = [how_many(costs.runs, "run")]
    if costs.counted:
        some = _of(costs.counted, costs.runs)
        said.append(f"at most {how_many(costs.steps, 'optimizer step')}{some}")
    if costs.timed:
        hours = how_many(-(-costs.gpu_seconds // _HOUR), "GPU-hour")
        said.append(f"at most {hours}{_of(costs.timed, costs.runs)}")
    return ", ".join(said)


def _of(some: int, all: int) -> str:
    return "" if some == all else f" in the {some:,} of them that say so"


@dataclass(frozen=True, slots=True)
class Fate:
    """What is said of some runs: what became of them, which they are, what is different in them,
    and their levels."""

    what: str
    ids: tuple[str, ...]
    differences: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()

    @property
    def which(self) -> str:
        """Their numbers, in words."""
        return numbered(self.ids)


def fates(each: Against) -> Iterator[Fate]:
    """What is to be said of the runs of an experiment, the weightiest first."""
    found = each.found
    for what, runs in (("new", found.new), ("back again", found.revived)):
        if runs:
            yield _levels_of(what, runs, each.component)
    for change in found.changes:
        yield Fate("changed in meaning", change.ids, change.differences or ("see the configs",))
    if found.retired:
        yield _levels_of("retired", found.retired, each.component)
    if found.renumbered:
        pairs = tuple(f"{there} is {here} now" for there, here in found.renumbered)
        yield Fate("renumbered", tuple(there for there, _ in found.renumbered), pairs)
    if found.rewritten:
        yield Fate("another text, the same meaning", found.rewritten)


def _levels_of(what: str, runs: Sequence[RunOf], component: str | None) -> Fate:
    called = labels((pair for run in runs for pair in run.parameters.items()), component)
    levels = tuple(called.of(run.parameters) for run in runs)
    return Fate(what, tuple(run.id for run in runs), runs=levels)


def standing(each: Against) -> str:
    """What became of an experiment as a whole; "" where that goes without saying."""
    return _STANDING.get(each.state, "")
