"""A build: which id each run has, what the mapping says, and what changed since the last one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from tcwc.backend.as_recorded import as_recorded, head_as_recorded
from tcwc.backend.configs import Configs
from tcwc.backend.run_mapping import (
    RETIRED,
    RUNS,
    Head,
    Lock,
    Record,
    render_head,
    render_record,
    render_section,
)
from tcwc.backend.torchtune_yaml import config_text
from tcwc.backend.writer import Writer, Written
from tcwc.canonical import canonical_json, flow, json_string, sha256_text
from tcwc.cause import Cause
from tcwc.changes import Change, Changes
from tcwc.design.matching import How, run_id
from tcwc.files import Place
from tcwc.filling import NotFilled
from tcwc.frozen import dataclass, replace
from tcwc.ids import Ids
from tcwc.ir import Assignment, Cell, Experiment, Factor, Op, Value, format_path
from tcwc.moved import Strays
from tcwc.science import KeyClass


class BuildError(Exception):
    """A build that cannot be made: why, and the way out."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def unfilled(problem: NotFilled) -> BuildError:
    """The error of a build in which a template cannot be filled in."""
    return BuildError(f"a template cannot be filled in: {problem.message}", problem.help)


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did. Run ids by what became of them, beside an earlier build only.

    `moved` are new runs whose configs stood in the folder under another id that the mapping does
    not know: that, and this one. A merge of two branches leaves them so.
    """

    folder: str
    runs: int
    written: Written
    new: tuple[str, ...]
    revived: tuple[str, ...]
    retired: tuple[str, ...]
    changes: tuple[Change, ...]
    moved: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Output:
    """A run as it is written: its file's text, and its line in the mapping."""

    id: str
    text: str
    record: Record
    line: str
    before: Record | None
    changed_meaning: bool


class Build:
    """The outputs of an experiment beside the lock of the last build, if there was one."""

    def __init__(
        self,
        experiment: Experiment,
        configs: Configs,
        lock: Lock | None,
        key_class: KeyClass,
        *,
        upgrade: bool = False,
    ) -> None:
        self.upgrade = upgrade
        self.experiment = experiment
        self.configs = configs
        self.lock = lock
        self.ids = Ids(experiment, configs, lock, key_class)
        self._parameters = [
            [f"{json_string(column.name)}: {flow(level.value)}" for level in column.levels]
            for column in experiment.factors
        ]
        self._width = len(experiment.factors)
        levels = (level for column in experiment.factors for level in column.levels)
        self._nested = any(isinstance(part, dict) for each in levels for part in _parts(each.value))

    def head(self) -> Head:
        """What the mapping says of all runs.

        It goes on to name the catalogue that the runs were first built with until an upgrade:
        a newer tcwc makes the same bytes of it.
        """
        made = mapping_head(self.experiment, run_id(min(self.ids.numbers, default=0)))
        if self.lock is None:
            return made
        arms = _arms_of(self.ids.retired, self.lock.head.arms, made.arms)
        made = head_as_recorded(replace(made.keeping(self.lock.head), arms=arms), self.lock.head)
        recorded = self.lock.head.torchtune
        if self.upgrade or recorded.get("version") != made.torchtune["version"]:
            return made
        revision = recorded.get("catalogue", made.torchtune["catalogue"])
        return replace(made, torchtune={**made.torchtune, "catalogue": revision})

    def parameters(self, cell: Cell) -> dict[str, Value]:
        """The level of each variable in a cell, under the author's names."""
        return _levels(self.experiment.factors, cell[: self._width])

    def derived(self, cell: Cell) -> dict[str, Value]:
        """The derived values in a cell, by path."""
        return dict(sorted(_levels(self.experiment.derived, cell[self._width :]).items()))

    def retired(self) -> Iterator[Record]:
        """The records of runs that are gone, their parameters under names that still hold."""
        old = self.lock.head.names if self.lock else {}
        now = {word: format_path(path) for word, path in self.experiment.names.items()}
        for record in self.ids.retired:
            named = {
                k if old.get(k, k) == now.get(k, k) else str(old.get(k, k)): v
                for k, v in record.parameters.items()
            }
            yield replace(record, parameters=named)

    def before(self, id: str) -> Record | None:
        """What the mapping of the last build says of a run; None where it does not know it."""
        return (self.lock.runs.get(id) or self.lock.retired.get(id)) if self.lock else None

    def was(self, id: str, science_hash: str) -> tuple[str, ...]:
        """The science hashes that a run had before this one, oldest first."""
        before = self.before(id)
        return _history(before, science_hash) if before else ()

    def __len__(self) -> int:
        return len(self.ids.numbers)

    def ids_by(self, *how: How) -> tuple[str, ...]:
        """The ids that runs came to in these ways; none where there was no earlier build."""
        chosen = zip(self.ids.numbers, self.ids.how, strict=False)
        return tuple(run_id(number) for number, each in chosen if each in how)

    def newly_retired(self) -> tuple[str, ...]:
        """The runs of the earlier build that the experiment has no more."""
        live = self.lock.runs if self.lock else {}
        return tuple(record.id for record in self.ids.retired if record.id in live)

    def outputs(self) -> Iterator[Output]:
        """Every run with its text and record, in id order."""
        cells = self.experiment.cells
        numbers = self.ids.numbers
        if _ascending(numbers):
            for index, cell in enumerate(cells):
                yield self._output(index, cell)
        else:
            for index in sorted(range(len(cells)), key=numbers.__getitem__):
                yield self._output(index, cells[index])

    def _output(self, index: int, cell: Cell) -> Output:
        id = run_id(self.ids.numbers[index])
        try:
            text = config_text(self.experiment.name, id, self.configs.body(cell, id))
        except NotFilled as problem:  # the finding that says so was ignored by a comment
            raise unfilled(problem) from None
        science = self.ids.science[index] if self.ids.science else self.configs.science_hash(cell)
        before = self.before(id)
        derived = self.derived(cell)
        record = Record(
            id,
            self.parameters(cell),
            sha256_text(text),
            science,
            derived=as_recorded(derived, before.derived) if before else derived,
            was=self.was(id, science),
            extra=before.extra if before else {},
        )
        line = render_record(record, self._flow(cell, before))
        changed = before is not None and self.ids.changed_meaning(cell, record, before)
        return Output(id, text, record, line, before, changed)

    def _flow(self, cell: Cell, before: Record | None) -> str:
        """The flow text of a run's parameters."""
        if before is not None and self._nested:
            made = self.parameters(cell)
            old = {name: before.parameters.get(name) for name in made}
            return flow(as_recorded(made, old))
        levels = zip(self._parameters, cell[: self._width], strict=False)
        return f"{{{', '.join([texts[level] for texts, level in levels if level is not None])}}}"


def _parts(value: Value) -> tuple[Value, ...]:
    return (value, *value) if isinstance(value, list) else (value,)


def _levels(columns: Sequence[Factor], cell: Cell) -> dict[str, Value]:
    levels = zip(columns, cell, strict=True)
    return {c.name: c.levels[level].value for c, level in levels if level is not None}


def write(build: Build, folder: str, *, force: bool, on_run: Callable[[int, int], None]) -> Report:
    """Write a build to a folder, all or nothing. Raises BuildError, WriteError.

    `on_run` is told after each run how many are done, and of how many.
    """
    check_catalogue(build, folder)
    changes = Changes(folder)
    strays = Strays(folder, build.lock)
    moved: list[tuple[str, str]] = []

    def lines() -> Iterator[str]:
        for done, output in enumerate(build.outputs(), 1):
            writer.add(f"{output.id}.yaml", output.text)
            on_run(done, len(build))
            if output.changed_meaning:
                changes.note(output.id, output.text)
            there = strays.id_of(output.text, output.id)
            if there is not None and there != output.id and output.before is None:
                moved.append((there, output.id))
            yield output.line

    with Writer(folder, force=force) as writer:
        for piece in mapping_text(build, lines()):
            writer.add_mapping(piece)
        written = writer.commit()
    return Report(
        folder,
        len(build),
        written,
        build.ids_by(How.NEW),
        build.ids_by(How.REVIVED, How.REVIVED_SCIENCE),
        build.newly_retired(),
        changes.grouped(),
        tuple(moved),
    )


def mapping_text(build: Build, lines: Iterable[str]) -> Iterator[str]:
    """The pieces of the mapping that a build would write; `lines` are those of its runs."""
    yield render_head(build.head()) + render_section(RUNS, empty=False)
    yield from lines
    retired = tuple(build.retired())
    yield render_section(RETIRED, empty=not retired)
    yield from map(render_record, retired)


def check_owner(lock: Lock | None, source: str) -> None:
    """Refuse the mapping of another source: its ids are of other runs. Raises BuildError."""
    if lock is not None and lock.head.source != os.path.basename(source):
        owner = lock.head.source
        raise BuildError(
            f"the run_mapping.yaml there belongs to {owner}, not to {os.path.basename(source)}",
            f"if {owner} was renamed, --adopt-mapping takes its mapping over; "
            "else name another folder with `output:`",
        )


def check_catalogue(build: Build, folder: str) -> None:
    """Refuse to change committed bytes because this tcwc has a corrected catalogue."""
    if build.lock is None or build.upgrade:
        return
    recorded = build.lock.head.torchtune.get("catalogue")
    revision = build.experiment.catalogue_revision
    same_version = build.lock.head.torchtune.get("version") == build.experiment.torchtune
    if recorded == revision or not same_version:
        return
    cause = Cause(build.lock.head, build.head(), folder)
    changed = [
        output.id
        for output in build.outputs()
        if output.before and cause.is_catalogue(output.before, output.record, output.text)
    ]
    if changed:
        raise BuildError(
            f"catalogue revision {revision} (the runs were built with {recorded}) "
            f"would change {len(changed)} of them, from {changed[0]} on",
            "build with the tcwc that wrote them, or accept the change with --upgrade",
        )


def mapping_head(experiment: Experiment, first_run: str) -> Head:
    """What the mapping says of all runs."""
    base = experiment.base
    source = os.path.basename(experiment.source)
    output = experiment.output or Place(experiment.source).default_output()
    return Head(
        experiment=experiment.name,
        source=source,
        base={
            "file" if base.is_file else "config": base.name,
            "sha256": sha256_text(canonical_json(base.values)),
        },
        torchtune={"version": experiment.torchtune, "catalogue": experiment.packages_revision},
        recipe=experiment.recipe,
        command=f"tune run {experiment.recipe} --config {output}/{first_run}.yaml",
        names={word: format_path(path) for word, path in sorted(experiment.names.items())},
        controls=_by_path(experiment.controls),
        engineering=_by_path(experiment.engineering),
        arms={
            factor.name: {str(level.value): _by_path(level.assignments) for level in factor.levels}
            for factor in experiment.factors
            if factor.is_arm
        },
        meta=experiment.meta or None,
    )


def _arms_of(
    retired: Iterable[Record], old: Mapping[str, Value], now: Mapping[str, Value]
) -> dict[str, Value]:
    """Today's arms, with the levels that retired runs had and that are there no more."""
    arms: dict[str, Value] = dict(now)
    for record in retired:
        for name, level in record.parameters.items():
            before, today = old.get(name), arms.get(name, {})
            if (
                isinstance(before, dict)
                and isinstance(today, dict)
                and isinstance(level, str)
                and level in before.keys() - today.keys()
            ):
                arms[name] = {**today, level: before[level]}
    return arms


def _by_path(assignments: Sequence[Assignment]) -> dict[str, Value]:
    """Constants by canonical path; a deletion as `~path: null`."""
    return {
        (f"~{format_path(a.path)}" if a.op is Op.DELETE else format_path(a.path)): a.value
        for a in sorted(assignments, key=lambda a: format_path(a.path))
    }


def _history(before: Record, science_hash: str) -> tuple[str, ...]:
    """The science hashes that a run had before, with the last one where it changed."""
    if before.science_hash == science_hash:
        return before.was
    return (*(h for h in before.was if h != science_hash), before.science_hash)


def _ascending(numbers: Sequence[int]) -> bool:
    return isinstance(numbers, range) or all(a < b for a, b in pairwise(numbers))
