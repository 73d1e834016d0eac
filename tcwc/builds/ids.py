"""The ids of an experiment's runs: asks matching.py, with what mapping and configs tell of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from tcwc.builds.configs import Configs
from tcwc.builds.mapping import Lock, Record
from tcwc.builds.matching import IdSource, Known, Wanted, match, run_id, run_number
from tcwc.builds.strays import Stray, Strays
from tcwc.config.canonical import canonical_json
from tcwc.design.coordinates import Coordinates
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Assignment, Cell, Experiment, Path, Value
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.science import KeyClass, science_of, varied
from tcwc.model.signature import config_text, sha256_text


class Ids:
    """The id number of each run, by place in the design, and how it came to it.

    Configs that no record knows and no run took are `twins` of a run that has another id (with its
    place), or `unknown`: then nothing tells what they were, and the ids are not to be trusted.
    """

    def __init__(
        self,
        experiment: Experiment,
        configs: Configs,
        lock: Lock | None,
        key_class: KeyClass,
        strays: Strays,
    ) -> None:
        cells = experiment.cells
        self.twins: tuple[tuple[Stray, int], ...] = ()
        self.unknown: tuple[Stray, ...] = ()
        self.numbers: Sequence[int] = range(len(cells))
        self.how: Sequence[IdSource] = ()
        self.retired: tuple[Record, ...] = ()
        self.science: Sequence[str] = ()
        self._past: Past | None = None
        if lock is None:
            return
        self._past = past = Past(experiment, configs, lock, key_class)
        coordinates = Coordinates(experiment.factors)
        wanted = [Wanted(coordinates.of(cell), configs.science_hash(cell)) for cell in cells]

        def body(place: int, id: str) -> str:
            return configs.body(cells[place], id)

        def sets(place: int) -> list[Assignment]:
            # Behind the factors' levels a cell has those of what is derived.
            chosen = zip(experiment.factors, cells[place], strict=False)
            return [each for factor, level in chosen for each in factor.assigned(level)]

        def claimed(those: Strays, places: Sequence[int]) -> list[tuple[int, int]]:
            exact = those.claims(places, body, numbered=configs.numbered)
            rest = those.left(number for _, number in exact)
            return exact + (rest.kin(places, sets) if rest else [])

        def claims(places: Sequence[int]) -> list[tuple[int, int]]:
            return claimed(strays, places) if strays else []

        matching = match(past.known(), wanted, past.returning, claims, strays.highest)
        self.numbers, self.how = matching.numbers, matching.how
        self.science = [each.science_hash for each in wanted]
        self.retired = tuple(past.records[number] for number in matching.retired)
        left = strays.left(self.numbers)
        if left:
            self._sort(left, claimed(left, range(len(cells))))

    def _sort(self, left: Strays, claims: Iterable[tuple[int, int]]) -> None:
        """What becomes of configs that no run took."""
        places = {number: place for place, number in claims}
        self.twins = tuple((s, places[s.number]) for s in left.signed if s.number in places)
        others = [s for s in left.signed if s.number not in places]
        self.retired += tuple(s.staged for s in others if s.staged is not None)
        self.unknown = tuple(s for s in others if s.staged is None)

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
        hashes = (each.configs.science_hash(cell) for each in self._past.designs_of(before))
        return before.science_hash not in (record.science_hash, *hashes)


Names = tuple[str, ...]
"""The names of a run's parameters."""


@dataclass(frozen=True, slots=True)
class PastDesign:
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
        self._made: dict[frozenset[Path], PastDesign] = {}
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

    def designs_of(self, record: Record) -> list[PastDesign]:
        """The designs that a run of the mapping may have belonged to.

        Runs of one design have different parameters where a `when` does not hold. All live runs
        belong to one; a retired run to that one, or to one of which runs with its parameters tell.
        """
        if self._is_live(record):
            return [self._design(self._live)]
        own = frozenset(self._paths_by_names[tuple(record.parameters)])
        return [self._design(paths) for paths in dict.fromkeys((own, self._live | own))]

    def _other_designs(self, live: bool) -> list[tuple[PastDesign, dict[str, list[int]]]]:
        """The designs that are not today's, with their runs' numbers, ascending, by hash."""
        found: dict[int, tuple[PastDesign, dict[str, list[int]]]] = {}
        for number, record in sorted(self.records.items()):
            if self._is_live(record) != live:
                continue
            for design in self.designs_of(record):
                if design.configs is not self._configs:
                    _, numbers = found.setdefault(id(design), (design, {}))
                    numbers.setdefault(record.science_hash, []).append(number)
        return list(found.values())

    @cached_property
    def _paths_by_names(self) -> dict[Names, set[Path]]:
        """The paths that runs with parameters of these names set."""
        found: dict[Names, set[Path]] = {}
        for record in self.records.values():
            found.setdefault(tuple(record.parameters), set()).update(self._set_in(record))
        return found

    @cached_property
    def _live(self) -> frozenset[Path]:
        """The paths that the factors of the live runs set."""
        return frozenset(path for each in self._lock.runs.values() for path in self._set_in(each))

    def _design(self, paths: frozenset[Path]) -> PastDesign:
        if paths not in self._made:
            self._made[paths] = self._hashing(paths)
        return self._made[paths]

    def _hashing(self, paths: frozenset[Path]) -> PastDesign:
        if paths == self._today:
            return PastDesign(self._configs, blind=False)
        counts = science_of(self._experiment, self._key_class, paths)
        return PastDesign(self._configs.hashed_by(counts), not all(map(counts, self._today)))

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
        """The paths that the factors of a run set; an arm, or a section, sets several keys."""
        for name, level in record.parameters.items():
            path = _parsed(self._path(name))
            arm = self._lock.head.arms.get(name)
            if isinstance(arm, dict) and isinstance(level, str) and level in arm:
                yield from (_parsed(key) for sets in arm.values() for key in _keys(sets))
            elif isinstance(level, dict) and level:
                yield from ((*path, *_parsed(key)) for key in level)
            else:
                yield path


def _parsed(key: str) -> Path:
    parsed = parse_key(key)
    return (key,) if isinstance(parsed, BadKey) else parsed.path


def _keys(sets: Value) -> Iterable[str]:
    return sets if isinstance(sets, dict) else ()
