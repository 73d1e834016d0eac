"""A build: which id each run has, what the mapping says, and what changed since the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from tcwc.builds.cause import Cause
from tcwc.builds.configs import Configs
from tcwc.builds.errors import BuildError
from tcwc.builds.ids import Ids
from tcwc.builds.mapping import (
    Head,
    Lock,
    Record,
    render_record,
)
from tcwc.builds.mapping_head import arms_of, mapping_head
from tcwc.builds.matching import IdSource, run_id, run_number
from tcwc.builds.strays import Stray, Strays
from tcwc.config.canonical import flow, json_string
from tcwc.config.filling import NotFilled
from tcwc.disk.folder import Folder
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Cell, Experiment, Factor, Value, format_path
from tcwc.model.launch import Start
from tcwc.model.printable import shell_word
from tcwc.model.science import KeyClass
from tcwc.model.signature import config_text, sha256_text


def unfilled(problem: NotFilled) -> BuildError:
    """The error of a build in which a template cannot be filled in."""
    return BuildError(f"a template cannot be filled in: {problem.message}", problem.help)


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
    """The outputs of an experiment beside the lock of the last build, if there was one.

    `folder` is the experiment's own, `source` what the mapping there calls the experiment's file.
    `start` is how runs are started as the base has it, `start_of` how the run of an id is.
    `evaluations` gives the configs that evaluate what runs leave.
    """

    def __init__(
        self,
        experiment: Experiment,
        configs: Configs,
        lock: Lock | None,
        key_class: KeyClass,
        *,
        source: str,
        folder: Folder,
        strays: Strays | None = None,
        upgrade: bool = False,
        start: Start | None = None,
        start_of: Callable[[Build, str], Start] | None = None,
        evaluations: Callable[[Build], Iterator[tuple[str, str]]] = lambda _: iter(()),
    ) -> None:
        self._evaluations = evaluations
        self.start = start or Start()
        self._start_of = start_of
        self.upgrade = upgrade
        self.source = source
        self.folder = folder
        self.experiment = experiment
        self.configs = configs
        self.lock = lock
        self.strays = strays or Strays()
        self.ids = Ids(experiment, configs, lock, key_class, self.strays)
        # Rendered once a level, not once a run.
        self._parameters = [
            [f"{json_string(column.name)}: {flow(level.value)}" for level in column.levels]
            for column in experiment.factors
        ]
        self._width = len(experiment.factors)

    def head(self) -> Head:
        """What the mapping says of all runs.

        It goes on to name the catalogue that the runs were first built with until an upgrade:
        a newer tcwc makes the same bytes of it.
        """
        made = mapping_head(
            self.experiment, self.source, self.folder.path, self._first, self._options
        )
        if self.lock is None:
            return made
        arms = arms_of(self.ids.retired, self.lock.head.arms, made.arms)
        made = replace(made.keeping(self.lock.head), arms=arms)
        recorded = self.lock.head.torchtune
        if self.upgrade or recorded.get("version") != made.torchtune["version"]:
            return made
        revision = recorded.get("catalogue", made.torchtune["catalogue"])
        return replace(made, torchtune={**made.torchtune, "catalogue": revision})

    @property
    def _first(self) -> str:
        return run_id(min(self.ids.numbers, default=0))

    @property
    def _options(self) -> str:
        """What stands in the command that starts the first run."""
        start = self._start_of(self, self._first) if self._start_of else self.start
        return start.options

    def starts_otherwise(self) -> bool:
        """Whether the command that the mapping has starts other processes than the first run needs:
        who pastes it trains with another batch.

        That an older tcwc wrote none, and nothing is said of needs, is no reason to write another.
        """
        if self.lock is None:
            return False
        head, options = self.lock.head, self._options
        recorded = self.experiment.target.options_in(head.command, shell_word(head.recipe))
        unsaid = not recorded and options == self.start.options
        return recorded is not None and recorded != options and not unsaid

    def parameters(self, cell: Cell) -> dict[str, Value]:
        """The level of each variable in a cell, under the author's names."""
        return _levels(self.experiment.factors, cell[: self._width])

    def derived(self, cell: Cell) -> dict[str, Value]:
        """The derived values in a cell, by path."""
        return dict(
            sorted(_levels(self.experiment.derived, self.experiment.derived_in(cell)).items())
        )

    def retired(self) -> Iterator[Record]:
        """The records of runs that are gone, their parameters under names that still hold."""
        records = [*self._gone(), *(self._twin(*each) for each in self.ids.twins)]
        yield from sorted(records, key=lambda record: run_number(record.id) or 0)

    def _twin(self, stray: Stray, place: int) -> Record:
        """The record of an id whose run has another."""
        cell = self.experiment.cells[place]
        science = self.configs.science_hash(cell)
        return Record(
            stray.id, self.parameters(cell), stray.sha256, science, derived=self.derived(cell)
        )

    def _gone(self) -> Iterator[Record]:
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

    def ids_by(self, *how: IdSource) -> tuple[str, ...]:
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

    def evaluations(self) -> Iterator[tuple[str, str]]:
        """What evaluates what runs leave: what each config is called, and its text."""
        return self._evaluations(self)

    def _output(self, index: int, cell: Cell) -> Output:
        id = run_id(self.ids.numbers[index])
        try:
            text = config_text(self.experiment.name, id, self.configs.body(cell, id))
        except NotFilled as problem:  # the finding that says so was ignored by a comment
            raise unfilled(problem) from None
        science = self.ids.science[index] if self.ids.science else self.configs.science_hash(cell)
        before = self.before(id)
        record = Record(
            id,
            self.parameters(cell),
            sha256_text(text),
            science,
            derived=self.derived(cell),
            was=self.was(id, science),
            # A newer tcwc may have recorded more of the run, and is to find it again.
            extra=before.extra if before else {},
        )
        line = render_record(record, self._flow(cell))
        changed = before is not None and self.ids.changed_meaning(cell, record, before)
        return Output(id, text, record, line, before, changed)

    def _flow(self, cell: Cell) -> str:
        """The flow text of a run's parameters."""
        levels = zip(self._parameters, cell[: self._width], strict=False)
        return f"{{{', '.join([texts[level] for texts, level in levels if level is not None])}}}"


def _levels(columns: Sequence[Factor], cell: Cell) -> dict[str, Value]:
    levels = zip(columns, cell, strict=True)
    return {c.name: c.levels[level].value for c, level in levels if level is not None}


def check_catalogue(build: Build, folder: Folder) -> None:
    """Refuse to change committed bytes because this tcwc has a corrected catalogue."""
    if build.lock is None or build.upgrade:
        return
    recorded = build.lock.head.torchtune.get("catalogue")
    revision = build.experiment.catalogue_revision
    head = build.lock.head.torchtune
    same = all(head.get(key) == value for key, value in build.experiment.provenance.items())
    if (recorded == revision and same) or head.get("version") != build.experiment.version:
        return
    keys = build.experiment.target.write_keys
    cause = Cause(build.lock.head, build.head(), folder, keys)
    changed = [
        output.id
        for output in build.outputs()
        if output.before and cause.is_catalogue(output.before, output.record, output.text)
    ]
    if changed:
        which = f"catalogue revision {revision} (the runs were built with {recorded})"
        way = "build with the tcwc that wrote them"
        if not same:
            version, local = build.experiment.version, build.experiment.target.local
            which = f"the catalogue {version}, which is another by now,"
            way = local.regain(version) if local and local.name(version) else way
        raise BuildError(
            f"{which} would change {len(changed)} of them, from {changed[0]} on",
            f"{way}, or accept the change with --upgrade",
        )


def _history(before: Record, science_hash: str) -> tuple[str, ...]:
    """The science hashes that a run had before, with the last one where it changed."""
    if before.science_hash == science_hash:
        return before.was
    return (*(h for h in before.was if h != science_hash), before.science_hash)


def _ascending(numbers: Sequence[int]) -> bool:
    return isinstance(numbers, range) or all(a < b for a, b in pairwise(numbers))
