"""What came out of the runs of an experiment, in one table: what loggers and evaluators left."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tcwc.api.epochs import chosen_epochs
from tcwc.api.evaluating import current_hashes
from tcwc.api.finder import Finder, environment_of
from tcwc.api.retired import trained_before
from tcwc.api.run_evaluations import evaluated_rows
from tcwc.api.run_logs import Tell, training_rows
from tcwc.api.selecting import select
from tcwc.api.status import Status, status_of
from tcwc.api.work import tasks
from tcwc.jobs.places import NoPlace
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.states.stamp import Stamp, read_stamp
from tcwc.jobs.task import Task
from tcwc.model.epochs import epochs_of, read_epochs
from tcwc.model.evaluations import Evaluation
from tcwc.model.frozen import dataclass, replace
from tcwc.model.training import Logs
from tcwc.model.values import Value
from tcwc.outcomes.attempts import RESUME, counting, mode_of, seconds_of
from tcwc.outcomes.chosen import UNCHOSEN, ChosenEpochs, of_epochs
from tcwc.outcomes.evaluation_state import cannot_be_made
from tcwc.outcomes.grid import ResultsGrid, grid_of
from tcwc.outcomes.left_out import left_out, why_not_of
from tcwc.outcomes.making import RunFacts
from tcwc.outcomes.picked import of_metrics
from tcwc.outcomes.rows import ResultRow
from tcwc.outcomes.statistics import CONFIDENCE
from tcwc.outcomes.versions import MeasuredBy, told_apart

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.grouping import Grouped
    from tcwc.api.runs import Run
    from tcwc.api.session import Session
    from tcwc.jobs.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class Results:
    """What came out of the runs of an experiment.

    `compilation` is what it is compiled to. `rows` are in the order of ids, those of no run at the
    end. `status` is what became of the runs
    that were asked for. `notes` say in words what could not be read, `advice` what to write so that
    there is something to read. `beside` are logged metrics that say how runs trained, and not what
    came out. `retired` are runs that were trained, and that the experiment no longer has.
    `epochs` are those that were asked for.
    """

    experiment: str
    compilation: Compilation
    rows: tuple[ResultRow, ...]
    status: Status
    notes: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    epochs: ChosenEpochs = UNCHOSEN

    @property
    def included(self) -> tuple[ResultRow, ...]:
        """The rows of what the experiment is by now: those that may be pooled."""
        return tuple(row for row in self.rows if row.included)

    @property
    def left_out(self) -> tuple[str, ...]:
        """In words, how many rows of which run are not included, and why."""
        return tuple(left_out(self.rows))

    @property
    def grid(self) -> ResultsGrid:
        """The same as a table for people."""
        return grid_of(self.rows, self.status.runs, each_epoch=self.epochs.are_told_apart)

    def by(
        self, *factors: str, over: str | Iterable[str] = (), confidence: float = CONFIDENCE
    ) -> Grouped:
        """A row for each cell of the design, pooled over its replicates (the factor `seed` or
        `replicate`) and the factors that `over` names: mean, spread and the interval of the mean.

        `factors` come first; of those that nobody names there is a row for each level. Raises
        BadGrouping.
        """
        from tcwc.api.grouping import group

        pooled = (over,) if isinstance(over, str) else tuple(over)
        runs = {each.run for each in self.status.runs}
        return group(
            self.compilation,
            self.rows,
            factors,
            pooled,
            wanted=runs,
            epochs=self.epochs,
            confidence=confidence,
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ResultRow]:
        return iter(self.rows)

    def __getitem__(self, index: int) -> ResultRow:
        return self.rows[index]

    def _repr_html_(self) -> str:
        from tcwc.api.html import results_table

        told = filter(None, (self.epochs.words(self.included), *self.left_out))
        main = replace(self, rows=of_metrics(self.rows, ()))
        return results_table(main.grid, tuple(told))


def results(
    source: str | os.PathLike[str] | Compilation,
    *,
    steps: bool = False,
    epochs: str = "",
    only: Sequence[str] = (),
    cluster: str | None = None,
    session: Session | None = None,
) -> Results:
    """What came out of the runs of an experiment, by its path or its compilation: of each metric of
    a training its last value, its least and the mean of its last tenth, or with `steps` that of
    each step; of each evaluation its metrics.

    `epochs` and `only` are words as those of `tcwc results --epochs` and `--only`. Writes nothing
    that stays. `cluster` is that of `tcwc.status`. Raises what that does, BadSelection, BadEpochs,
    NoEpochs and NoBest.
    """
    from tcwc.api.clusters import chosen_profile
    from tcwc.api.compilation import Compilation, compile
    from tcwc.api.session import Session

    session = session or Session()
    if not isinstance(source, Compilation):
        source = compile(source, session=session)
    profile = chosen_profile(source.place, session, cluster)
    return results_of(source, profile, steps=steps, epochs=epochs, only=only)


def results_of(
    compilation: Compilation,
    profile: Profile | None = None,
    *,
    steps: bool = False,
    epochs: str = "",
    only: Sequence[str] = (),
) -> Results:
    """The same of a compilation, on a machine of the cluster of a profile."""
    asked = read_epochs(epochs) if epochs else ""
    runs = sorted(tasks(compilation), key=lambda each: each.index)
    found = status_of(compilation, runs, profile)
    chosen = select(compilation, only, found)
    look = _Look(compilation, profile, runs, found, steps)
    rows = [row for each in chosen for row in look.rows(each)]
    if not only:
        rows += look.rows_of_no_run()
    meant = chosen_epochs(compilation, asked, runs, rows) if rows else UNCHOSEN
    return Results(
        found.experiment,
        compilation,
        tuple(of_epochs(rows, meant)),
        replace(found, runs=tuple(chosen)),
        (*meant.untold(rows), *look.notes, *told_apart(look.measured)),
        (*look.advice(), *look.not_to_be_made(rows), *look.unmeasured(chosen, rows)),
        look.beside,
        () if only else tuple(trained_before(compilation, look.finder, runs)),
        meant,
    )


class _Look:
    """A look at what runs left."""

    def __init__(
        self,
        compilation: Compilation,
        profile: Profile | None,
        runs: Sequence[Task],
        status: Status,
        steps: bool,
    ) -> None:
        self._compilation = compilation
        self._experiment = compilation.build.experiment.name
        self.finder = Finder(compilation, environment_of(profile))
        self._tasks = {task.run: task for task in runs}
        self._steps = steps
        self._current = current_hashes(compilation)
        begun = {each.run for each in status if each.state != "never_started"}
        self._logs: dict[str, Logs] = {}
        self._seeds: dict[str, Value] = {}
        for run in compilation.runs:
            if run.id in begun:
                self._read(run)
        self.beside = tuple(dict.fromkeys(m for each in self._logs.values() for m in each.beside))
        self._writers = Counter(map(self._log_place, self._logs))
        self._pruned: dict[str, Collection[int]] = {}
        self._unread: Counter[tuple[str, str]] = Counter()
        self.notes: list[str] = []
        self.measured: list[MeasuredBy] = []

    def rows(self, found: RunStatus) -> Iterator[ResultRow]:
        """The rows of a run."""
        if found.state == "never_started":
            return  # nor does one count that has begun since its state was asked for
        task, run = self._tasks[found.run], self._compilation.runs[found.run]
        folder, tell = self.finder.of(task), partial(self._note, found.run)
        stamp = read_stamp(folder.texts, folder.beat)
        seed = self._seeds[found.run]
        about = _about(self._experiment, task, run.parameters, seed, found, stamp)
        if (about.science_hash, about.world) == (task.science_hash, task.world):
            # Else it will be trained anew, with all its weights.
            about = replace(about, pruned=frozenset(self._epochs_pruned(task)))
        self._pruned[task.run] = about.pruned
        if folder.missing or (about.why_not and not stamp.trained):
            tell(folder.missing or about.why_not)
            return
        if stamp.trained:
            yield from self._trained(about, folder.path, tell)
        yield from evaluated_rows(
            about, task, folder.path, self._current, tell, self.measured.append
        )

    def _trained(self, about: RunFacts, folder: str, tell: Tell) -> Iterator[ResultRow]:
        logs, place = self._logs[about.run], self._log_place(about.run)
        if not logs.source:
            self._unread[logs.why_not, logs.help] += 1
        elif isinstance(place, NoPlace):
            tell(f"nobody can tell where it logs: {place.why}")
        elif self.finder.is_closed(place):
            tell("it logs outside of the repository, where nothing may be looked at")
        elif self._writers[place] > 1:
            self._unread[f"they log into one folder, {place}", logs.help] += 1
        else:
            yield from training_rows(about, logs, place, folder, self._steps, tell)

    def rows_of_no_run(self) -> Iterator[ResultRow]:
        """The rows of base models, and of checkpoints that are no run's."""
        places = (self.finder.place(task) for task in self._tasks.values())
        above = dict.fromkeys(os.path.dirname(each) for each in places if isinstance(each, str))
        nothing = RunFacts(self._experiment, "", "", {}, None, (), True, None, None, "", "", None)
        for folder in above:
            if not self.finder.is_closed(folder):
                tell = partial(self._note, "no run")
                yield from evaluated_rows(
                    nothing, None, folder, self._current, tell, self.measured.append
                )

    def _epochs_pruned(self, task: Task) -> Iterator[int]:
        """The epochs of a run whose weights were removed, where any are evaluated."""
        experiment = self._compilation.build.experiment
        name = experiment.target.training.checkpoint if experiment.target.training else ""
        for epoch in range(task.epochs or 0) if name and experiment.evaluations else ():
            if self.finder.is_pruned(f"{task.folder}/{name.format(epoch=epoch)}"):
                yield epoch

    def not_to_be_made(self, rows: Iterable[ResultRow]) -> Iterator[str]:
        """How many evaluations have no result, and none can be made, as the weights are no more."""
        there = {(row.evaluation, row.run, row.epoch) for row in rows if row.included}
        count = sum(
            (each.name, run, epoch) not in there
            for each in self._compilation.build.experiment.evaluations
            for run, pruned in self._pruned.items()
            for epoch in set(pruned).intersection(_epochs(each, self._tasks[run]) if pruned else ())
        )
        if count:
            yield cannot_be_made(count)

    def advice(self) -> Iterator[str]:
        """What to write for runs whose training nobody can read."""
        for (why, help), count in self._unread.items():
            yield f"{count:,} of {len(self._tasks):,} runs have no metrics of training: {why}"
            yield help

    def unmeasured(self, chosen: Iterable[RunStatus], rows: Iterable[ResultRow]) -> Iterator[str]:
        """Which evaluations left nothing, though there are weights to evaluate."""
        if any(each.state == "finished" for each in chosen):
            there = {row.evaluation for row in rows}
            for each in self._compilation.build.experiment.evaluations:
                if each.name not in there:
                    yield (
                        f"no result of the evaluation `{each.name}`: `tcwc status` says what "
                        "there is"
                    )

    def _note(self, run: str, what: str) -> None:
        self.notes.append(f"{run}: {what}")

    def _read(self, run: Run) -> None:
        """Take from the config of a run, which takes long to make, all that is asked of it."""
        training, config = self._compilation.build.experiment.target.training, run.config
        self._logs[run.id] = training.logs(config) if training else Logs()
        self._seeds[run.id] = run.parameters.get("seed", config.get("seed"))

    def _log_place(self, run: str) -> str | NoPlace:
        return self.finder.where(self._logs[run].folder)


def _epochs(evaluation: Evaluation, task: Task) -> tuple[int, ...]:
    """The epochs of a run that are evaluated; none where nobody can tell which it has."""
    return epochs_of(evaluation.epochs, task.epochs) if task.epochs else ()


def _about(
    experiment: str,
    task: Task,
    parameters: Mapping[str, Value],
    seed: Value,
    found: RunStatus,
    stamp: Stamp,
) -> RunFacts:
    """What all rows of a run say."""
    identity, tried = stamp.identity, stamp.trained
    count = counting(tried)
    resumed = any(mode_of(each) == RESUME for each in count)
    return RunFacts(
        experiment,
        found.run,
        found.name,
        parameters,
        seed,
        tried,
        not resumed or task.resumes == "exact",
        identity.world if identity and identity.world is not None else task.world,
        seconds_of(count),
        identity.science_hash if identity else task.science_hash,
        why_not_of(found),
        task.epochs,
    )
