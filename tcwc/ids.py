"""Which id each run of an experiment has, beside the mapping of its last build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tcwc.backend.configs import Configs
from tcwc.backend.run_mapping import Lock, Record
from tcwc.backend.torchtune_yaml import config_text
from tcwc.canonical import canonical_json, sha256_text
from tcwc.design.coordinates import Coordinates
from tcwc.design.matching import How, Known, Wanted, match, run_id, run_number
from tcwc.frontend.paths import BadKey, parse_key
from tcwc.ir import Cell, Experiment, Path
from tcwc.science import KeyClass, science_of, varied


class Ids:
    """The id number of each run, by place in the design, and how it came to it."""

    def __init__(
        self, experiment: Experiment, configs: Configs, lock: Lock | None, key_class: KeyClass
    ) -> None:
        cells = experiment.cells
        self.numbers: Sequence[int] = range(len(cells))
        self.how: Sequence[How] = ()
        self.retired: tuple[Record, ...] = ()
        self.science: Sequence[str] = ()
        self._past: Past | None = None
        if lock is None:
            return
        self._past = past = Past(experiment, configs, lock, key_class)
        coordinates = Coordinates(experiment.factors)
        wanted = [Wanted(coordinates.of(cell), configs.science_hash(cell)) for cell in cells]
        matching = match(past.known(), wanted, past.returning)
        self.numbers, self.how = matching.numbers, matching.how
        self.science = [each.science_hash for each in wanted]
        self.retired = tuple(past.records[number] for number in matching.retired)

    def index(self, id: str) -> int | None:
        """The place in the design of the run with this id; None where no run has it."""
        number = run_number(id)
        if isinstance(self.numbers, range):
            return number if number in self.numbers else None
        return self.numbers.index(number) if number in self.numbers else None

    def changed_meaning(self, cell: Cell, record: Record, before: Record) -> bool:
        """Whether a run is no longer what its record of the last build says."""
        if self._past is None or record.sha256 == before.sha256:
            return False
        return before.science_hash not in (
            record.science_hash,
            self._past.design_of(before).configs.science_hash(cell),
        )


Names = tuple[str, ...]
"""The names of a run's parameters, which say what design it belonged to."""


@dataclass(frozen=True, slots=True)
class Design:
    """Today's configs, hashed as in a design that runs of the mapping belonged to.

    A `science_hash` covers every path that a factor sets. So a factor over an engineering key
    changes the hash of all runs, of those too whose config it leaves as it was. `blind` is true
    where the hashes of that time do not cover all that today's factors set.
    """

    configs: Configs
    blind: bool


class Past:
    """The runs of the mapping, and which of today's runs they are."""

    def __init__(
        self, experiment: Experiment, configs: Configs, lock: Lock, key_class: KeyClass
    ) -> None:
        self._experiment = experiment
        self._configs = configs
        self._lock = lock
        self._key_class = key_class
        self._today = varied(experiment)
        self._made: dict[Names, Design] = {}
        self.records = {
            number: record
            for id, record in {**lock.runs, **lock.retired}.items()
            if (number := run_number(id)) is not None
        }

    def known(self) -> list[Known]:
        return [
            Known(number, self._coordinates(record), record.science_hash, self._is_live(record))
            for number, record in self.records.items()
        ]

    def returning(self, places: Sequence[int], live: bool) -> Iterator[tuple[int, int]]:
        """Pairs of a place in the design and the number of a run of another design that it is.

        It is that run if its science is the same by the hash of that time, and if that hash is
        blind to some factor of today's, if even its file is the same, byte for byte.
        """
        groups = self._other_designs(live) if places else []
        for place in places if groups else ():
            cell = self._experiment.cells[place]
            for design, numbers in groups:
                for number in numbers.get(design.configs.science_hash(cell), ()):
                    if not design.blind or self._is_file(number, cell):
                        yield place, number

    def design_of(self, record: Record) -> Design:
        """The design that a run of the mapping belonged to."""
        names = tuple(record.parameters)
        if names not in self._made:
            self._made[names] = self._design(self._records_by_names[names])
        return self._made[names]

    def _other_designs(self, live: bool) -> list[tuple[Design, dict[str, list[int]]]]:
        """The designs that are not today's, with their runs' numbers, ascending, by hash."""
        found = []
        for records in self._records_by_names.values():
            numbers: dict[str, list[int]] = {}
            for record in records:
                if self._is_live(record) == live:
                    numbers.setdefault(record.science_hash, []).append(_number(record))
            design = self.design_of(records[0])
            if numbers and design.configs is not self._configs:
                found.append((design, numbers))
        return found

    @cached_property
    def _records_by_names(self) -> dict[Names, list[Record]]:
        found: dict[Names, list[Record]] = {}
        for _, record in sorted(self.records.items()):
            found.setdefault(tuple(record.parameters), []).append(record)
        return found

    def _design(self, records: Iterable[Record]) -> Design:
        paths = {path for record in records for path in self._set_in(record)}
        if paths == self._today:
            return Design(self._configs, blind=False)
        counts = science_of(self._experiment, self._key_class, paths)
        return Design(self._configs.hashed_by(counts), not all(map(counts, self._today)))

    def _is_file(self, number: int, cell: Cell) -> bool:
        """Whether a cell's config under a number is the file that the mapping has of it."""
        id = run_id(number)
        text = config_text(self._experiment.name, id, self._configs.body(cell, id))
        return sha256_text(text) == self.records[number].sha256

    def _is_live(self, record: Record) -> bool:
        return record.id in self._lock.runs

    def _path(self, name: str) -> str:
        """The path that a parameter's name stood for."""
        return str(self._lock.head.names.get(name, name))

    def _coordinates(self, record: Record) -> str:
        return canonical_json({self._path(k): v for k, v in record.parameters.items()})

    def _set_in(self, record: Record) -> Iterator[Path]:
        """The paths that the factors of a run set; a level that is a section sets its keys."""
        for name, level in record.parameters.items():
            path = _parsed(self._path(name))
            if isinstance(level, dict) and level:
                yield from ((*path, *_parsed(key)) for key in level)
            else:
                yield path


def _parsed(key: str) -> Path:
    parsed = parse_key(key)
    return (key,) if isinstance(parsed, BadKey) else parsed.path


def _number(record: Record) -> int:
    return int(record.id.removeprefix("run_"))
