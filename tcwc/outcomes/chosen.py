"""The epochs of runs that somebody asked for, of which results are shown or weights are listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from tcwc.model.epochs import ALL, LAST, Epochs, NoEpochs, epochs_in_words
from tcwc.model.frozen import dataclass, field
from tcwc.model.words import listed
from tcwc.outcomes.best import Best, BestEpoch
from tcwc.outcomes.rows import STEP, ResultRow

_FEW = 4
"""Runs that a line names."""


class Measured(Protocol):
    """What is asked of a row about what it is of: an evaluation, or ("") a training."""

    @property
    def evaluation(self) -> str: ...
    @property
    def statistic(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ChosenEpochs:
    """Which epochs are meant: by `epochs`, or by results where there is a `best`; `of_runs` has
    then that of each run, or why none can be told, `among` those from which it is. All where nobody
    chose, `epochs` being ""."""

    epochs: Epochs = ""
    best: Best | None = None
    of_runs: Mapping[str, BestEpoch | str] = field(default_factory=dict)
    among: Epochs = ALL

    def has(self, run: str, epoch: int | None, *, is_last: bool | None) -> bool:
        """Whether an epoch of a run is one of them."""
        if self.best:
            found = self.of_runs.get(run)
            return isinstance(found, BestEpoch) and found.epoch == epoch
        if isinstance(self.epochs, str):
            return self.epochs != LAST or bool(is_last)
        return epoch in self.epochs

    @property
    def is_one(self) -> bool:
        """Whether it is one of each run, not of all runs the same: values of several are pooled."""
        return self.best is not None or self.epochs == LAST

    @property
    def are_told_apart(self) -> bool:
        """Whether somebody asked for several of a run."""
        return self.epochs == ALL or (not isinstance(self.epochs, str) and len(self.epochs) > 1)

    @property
    def text(self) -> str:
        """What was asked for, whole: `last`, `0,2`, `best:sums/acc:max`."""
        if self.best:
            return f"best:{self.best.name}:{self.best.way}"
        is_word = isinstance(self.epochs, str)
        return str(self.epochs) if is_word else ",".join(map(str, self.epochs))

    def words(self, rows: Iterable[Measured]) -> str:
        """What is to be known of rows of them; "" where nobody chose, or nothing has an epoch."""
        rows = list(rows)
        if self.epochs in ("", ALL) or not any(row.evaluation for row in rows):
            return ""
        logged = any(not row.evaluation and row.statistic != STEP for row in rows)
        tail = "; what trainings logged is of their end" if logged and self.epochs != LAST else ""
        if self.best:
            of = "" if self.among == ALL else f" (of {epochs_in_words(self.among)})"
            return f"of each run the epoch with the {self.best.words}{of}{tail}"
        of_run = " of each run" if self.epochs == LAST else ""
        return f"{epochs_in_words(self.epochs)}{of_run}{tail}"

    def untold(self, rows: Iterable[ResultRow]) -> Iterator[str]:
        """Runs with rows of epochs of which none can be told to be meant, and why."""
        for run in dict.fromkeys(row.run for row in rows if row.epoch is not None):
            if isinstance(why := self.of_runs.get(run), str):
                yield f"no epoch of {run} is shown: {why}"

    def unmeasured(self, rows: Iterable[ResultRow]) -> Iterator[str]:
        """Runs whose best epoch an evaluation did not measure that some rows are of."""
        has: dict[str, set[str]] = {}
        for row in (row for row in rows if row.included and row.epoch is not None):
            has.setdefault(row.evaluation, set()).add(row.run)
        runs = [run for run, best in self.of_runs.items() if isinstance(best, BestEpoch)]
        for evaluation, measured in has.items():
            if gone := [run for run in runs if run not in measured]:
                yield f"no result of `{evaluation}` is of the best epoch of {listed(gone, _FEW)}"


UNCHOSEN = ChosenEpochs()
"""What holds where nobody asked for epochs."""


def of_epochs(rows: Sequence[ResultRow], chosen: ChosenEpochs) -> tuple[ResultRow, ...]:
    """The rows of the chosen epochs, and of what has none: trainings, base models. Raises NoEpochs
    where none is of them."""
    kept = tuple(
        row for row in rows if row.epoch is None or chosen.has(row.run, row.epoch, is_last=row.last)
    )
    if chosen.epochs and all(row.epoch is None for row in kept):
        raise _none(rows, chosen)
    return kept


def _none(rows: Sequence[ResultRow], chosen: ChosenEpochs) -> NoEpochs:
    if chosen.best:
        why = next(iter(chosen.untold(rows)), "")
        return NoEpochs(f"of no run can the best epoch be told by {chosen.best.name}", why)
    known = [str(each) for each in sorted({r.epoch for r in rows if r.epoch is not None})]
    there = f"there is epoch {listed(known)}; they count from 0" if known else ""
    return NoEpochs(
        f"no result is of {epochs_in_words(chosen.epochs)}{' of a run' * (chosen.epochs == LAST)}",
        there or "no epoch was evaluated",
    )
