"""Which id each run of an experiment has, beside the mapping of its last build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tcwc.backend.configs import Configs
from tcwc.backend.hashing import canonical_json, canonical_member, sha256_text
from tcwc.backend.run_mapping import Lock, Record
from tcwc.backend.torchtune_yaml import config_text
from tcwc.design.matching import How, Key, Known, Wanted, match, run_id, run_number
from tcwc.design.product import Cell, Grid
from tcwc.frontend.paths import BadKey, parse_key
from tcwc.ir import Experiment, Path, Value, format_path
from tcwc.science import KeyClass, science_of, varied


class Ids:
    """The id number of each run, by place in the design, and how it came to it."""

    def __init__(
        self, experiment: Experiment, configs: Configs, lock: Lock | None, key_class: KeyClass
    ) -> None:
        grid = Grid.of(experiment.factors)
        self.numbers: Sequence[int] = range(len(grid))
        self.how: Sequence[How] = ()
        self.retired: tuple[Record, ...] = ()
        self.science: Sequence[str] = ()
        self._past: _Past | None = None
        if lock is None:
            return
        self._past = past = _Past(experiment, configs, lock, key_class)
        coordinates = Coordinates(experiment)
        wanted = [Wanted(coordinates.of(cell), configs.science_hash(cell)) for cell in grid]
        matching = match(past.known(), wanted, past.returns)
        self.numbers, self.how = matching.numbers, matching.how
        self.science = [each.science_hash for each in wanted]
        self.retired = tuple(past.records[number] for number in matching.retired)

    def index(self, id: str) -> int | None:
        """The place in the design of the run with this id; None where no run has it."""
        number = run_number(id)
        if isinstance(self.numbers, range):
            return number if number in self.numbers else None
        return self.numbers.index(number) if number in self.numbers else None

    def same_science(self, cell: Cell, science_hash: str, before: Record) -> bool:
        """Whether a run is what its record says, by all that the record's hash covers."""
        if science_hash == before.science_hash or self._past is None:
            return True
        return before.science_hash == self._past.design_of(before).configs.science_hash(cell)


class Coordinates:
    """The coordinates of cells: canonical JSON of {resolved path: typed level}."""

    def __init__(self, experiment: Experiment) -> None:
        members = [
            (format_path(factor.path), index, factor.levels)
            for index, factor in enumerate(experiment.factors)
        ]
        self._members = [
            (index, [canonical_member(path, level.value) for level in levels])
            for path, index, levels in sorted(members, key=lambda member: member[0])
        ]

    def of(self, cell: Cell) -> str:
        return "{" + ",".join([texts[cell[index]] for index, texts in self._members]) + "}"


class _Design:
    """A set of factors that runs of the mapping had, and today's runs hashed as with that set.

    A hash never leaves out what a factor sets. So a factor over an engineering key changes the
    hash of every run, of those too whose config it leaves as it was. `blind` is true where these
    hashes do not see all of today's factors.
    """

    def __init__(self, configs: Configs, blind: bool) -> None:
        self.configs = configs
        self.blind = blind


class _Past:
    """The runs of the mapping, and how they compare with today's."""

    def __init__(
        self, experiment: Experiment, configs: Configs, lock: Lock, key_class: KeyClass
    ) -> None:
        self._experiment = experiment
        self._configs = configs
        self._lock = lock
        self._key_class = key_class
        self._grid = Grid.of(experiment.factors)
        self._designs: dict[tuple[str, ...], _Design] = {}
        self.records = {
            number: record
            for id, record in {**lock.runs, **lock.retired}.items()
            if (number := run_number(id)) is not None
        }

    def known(self) -> list[Known]:
        live = self._lock.runs
        return [
            Known(number, self._coordinates(record), record.science_hash, record.id in live)
            for number, record in self.records.items()
        ]

    def design_of(self, record: Record) -> _Design:
        """The design that a run of the mapping belonged to, by the names of its parameters."""
        names = tuple(record.parameters)
        design = self._designs.get(names)
        if design is None:
            self._designs[names] = design = self._design(names)
        return design

    def returns(self, places: Iterable[int], live: bool) -> Iterator[tuple[int, int]]:
        """Pairs of a place in today's design and a number of the mapping that is the same run.

        The same where the science was the same, by the factors of that time; and where today's
        factors set more than its hash covered, only with the same file, byte for byte.
        """
        groups: dict[tuple[str, ...], dict[Key, list[int]]] = {}
        section = self._lock.runs if live else self._lock.retired
        for number, record in sorted(self.records.items()):
            if record.id in section:
                group = groups.setdefault(tuple(record.parameters), {})
                group.setdefault(record.science_hash, []).append(number)
        designs = [(self._design_named(names), hashes) for names, hashes in groups.items()]
        for place in places:
            cell = self._grid[place]
            found = [
                number
                for design, hashes in designs
                for number in hashes.get(design.configs.science_hash(cell), ())
                if not design.blind or self._is_file(number, cell)
            ]
            yield from ((place, number) for number in sorted(found))

    def _design_named(self, names: tuple[str, ...]) -> _Design:
        design = self._designs.get(names)
        if design is None:
            self._designs[names] = design = self._design(names)
        return design

    def _design(self, names: tuple[str, ...]) -> _Design:
        paths = {path for r in self.records.values() if tuple(r.parameters) == names for path in self._set_by(r)}
        today = varied(self._experiment)
        if paths == today:
            return _Design(self._configs, blind=False)
        counts = science_of(self._experiment, self._key_class, paths)
        return _Design(self._configs.counting(counts), not all(map(counts, today)))
