"""The configs of all runs, a top-level member at a time.

A member (`model`, `optimizer`, `seed`, ...) differs between runs only by the levels of the
columns that touch it. So each member is merged, rendered and reduced to canonical JSON once for
each combination of those levels, and a run is the join of its members' texts. Where a text holds
the run's own name (isolation), it is kept in parts, and the name put between them. `config` takes
the long way instead, and a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import zip_longest
from operator import itemgetter
from typing import TypeAlias

from tcwc.config.canonical import canonical_member
from tcwc.config.filling import RunName, fill
from tcwc.config.isolation import Isolation, varied_paths
from tcwc.config.merge import merge
from tcwc.config.walk import templates
from tcwc.design.reach import Column, Reach
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Cell, Experiment, Path, Scalar, Value, assigned
from tcwc.model.signature import sha256_text

_CACHED = 4096
"""Combinations of levels kept for a member; the last factor is fastest, so few are met again."""

Parts: TypeAlias = tuple[str, ...]
"""A text around the places where a run's id goes: `run_id.join(parts)` is the text of that run."""

Piece: TypeAlias = Callable[[Cell], Parts]
"""The text of a stretch of members in the run of a cell."""


@dataclass(frozen=True, slots=True)
class Member:
    """A top-level key that some run has, and the columns (by index) on which its text depends.

    `science` are those on which its value depends before templates are filled in; `templated` says
    whether there are any in it, `numbered` whether one of them names the run's number.
    """

    key: str
    columns: tuple[int, ...]
    science: tuple[int, ...]
    templated: bool
    numbered: bool


class Configs:
    """Configs, their texts and their science hashes, by cell.

    `is_science` says of a path whether it can change the result of a run. The experiment must be
    free of errors: an assignment that does not fit raises `Conflict`.
    """

    def __init__(self, experiment: Experiment, is_science: Callable[[Path], bool]) -> None:
        self._experiment = experiment
        self._target = experiment.target
        self._columns = experiment.columns
        self._base = experiment.base.values
        self._is_science = is_science
        self._constant = constant_config(experiment)
        varied = varied_paths(experiment)
        self._isolation = Isolation(
            experiment.name,
            self._constant,
            experiment.isolate_outputs,
            self._target.write_keys,
            varied,
        )
        self._arms = [(at, f.path) for at, f in enumerate(experiment.factors) if f.is_arm]
        members = _members(experiment, self._constant)
        self._numbered = [member for member in members if member.numbered]
        self._body = _joined([self._piece(m, m.columns, self._text_parts) for m in members], "")
        in_order = sorted(members, key=lambda member: member.key)
        pieces = [self._piece(m, m.science, self._science_parts) for m in in_order]
        self._canonical = _joined(pieces, ",")

    @property
    def numbered(self) -> bool:
        """Whether some text holds the number of its run, other than in the run's id."""
        return bool(self._numbered)

    def hashed_by(self, is_science: Callable[[Path], bool]) -> Configs:
        """The same configs, with hashes that cover something else."""
        return Configs(self._experiment, is_science)

    def config(self, cell: Cell, run_id: str) -> dict[str, Value]:
        """The whole config of a run, keys in the order in which they are written."""
        merged = self._merged(range(len(self._columns)), cell)
        ordered = _arranged(merged, self._base, self._target.component)
        assert isinstance(ordered, dict)
        own = self._own(range(len(cell)), cell, run_id)
        return {key: self._finished(key, v, merged, own, run_id) for key, v in ordered.items()}

    def body(self, cell: Cell, run_id: str) -> str:
        """The text of a run's config, without its header: what `config` gives, rendered."""
        # `{index}` is not written as the id is, so that there are no parts to join around the id.
        if self._numbered:
            config = self.config(cell, run_id)
            return "".join([self._target.emit(key, value) for key, value in config.items()])
        return "".join([run_id.join(piece(cell)) for piece in self._body])

    def science_hash(self, cell: Cell) -> str:
        """sha256 of the canonical JSON of the config less what cannot change the result."""
        return sha256_text(self.science_json(cell))

    def science_json(self, cell: Cell) -> str:
        """The canonical JSON that `science_hash` covers."""
        members = [text for piece in self._canonical for text in piece(cell) if text]
        return "{" + ",".join(members) + "}"

    # --- one member ---------------------------------------------------------------------

    def _piece(
        self,
        member: Member,
        columns: tuple[int, ...],
        parts: Callable[[Member, Cell], Parts],
    ) -> Piece | Parts:
        """A member's text by cell, kept for the levels that were met; itself if it is constant."""
        if not columns:
            return parts(member, ())
        # Of one column itemgetter gives no tuple; and the level alone is a cheaper key.
        if len(columns) == 1:
            (column,) = columns
            of_level = lru_cache(_CACHED)(lambda level: parts(member, (level,)))
            return lambda cell: of_level(cell[column])
        of_levels = lru_cache(_CACHED)(lambda levels: parts(member, levels))
        levels_of = itemgetter(*columns)
        return lambda cell: of_levels(levels_of(cell))

    def _text_parts(self, member: Member, levels: Cell) -> Parts:
        value = self._value(member, member.columns, levels)
        if value is None:
            return ()
        key = member.key
        moved = self._isolation.moved(key, value[0])
        if not moved and not member.templated:
            return (self._target.emit(key, value[0]),)
        config = self._merged(member.columns, levels) if member.templated else {}

        def rendered(run_id: str) -> str:
            own = self._own(member.columns, levels, run_id)
            return self._target.emit(key, self._finished(key, value[0], config, own, run_id))

        # Ids differ in digits only, so that they all make the same text around them.
        run_id = "run_000"
        # An author's text may hold `run_000` itself, and that is no place for the id.
        while run_id in rendered("run_111"):
            run_id += "0"
        return tuple(rendered(run_id).split(run_id))

    def _science_parts(self, member: Member, levels: Cell) -> Parts:
        value = self._value(member, member.science, levels)
        kept = None if value is None else _pruned(value[0], (member.key,), self._is_science)
        return () if kept is None else (canonical_member(member.key, kept[0]),)

    def _value(self, member: Member, columns: tuple[int, ...], levels: Cell) -> tuple[Value] | None:
        """A member's value, in a tuple; None where these levels leave no such key."""
        key = member.key
        config = {key: self._constant[key]} if key in self._constant else {}
        made = assigned([self._columns[column] for column in columns], levels)
        config = merge(config, (each for each in made if each.path[0] == key))
        return (
            (_arranged(config[key], self._base.get(key), self._target.component),)
            if key in config
            else None
        )

    def _merged(self, columns: Iterable[int], levels: Cell) -> dict[str, Value]:
        """The shared config with what these columns assign."""
        made = assigned([self._columns[column] for column in columns], levels)
        return merge(self._constant, made)

    def _own(self, columns: Iterable[int], levels: Cell, run_id: str) -> dict[Path, Scalar]:
        """What templates can say of a run that no config holds: its name, and its arms."""
        chosen = dict(zip(columns, levels, strict=True))
        own = RunName(self._experiment.name, run_id, int(run_id[4:])).says()
        for column, path in self._arms:
            level = chosen.get(column)
            if level is not None:
                own[path] = str(self._columns[column].levels[level].value)
        return own

    def _finished(
        self,
        key: str,
        value: Value,
        config: dict[str, Value],
        own: dict[Path, Scalar],
        run_id: str,
    ) -> Value:
        """A member with its templates filled in, and its write directories made the run's own."""
        moved = self._isolation.moved(key, value)
        filled = fill(value, (key,), config, own, self._target.write_keys)
        return self._isolation.member(filled, moved, run_id)


def constant_config(experiment: Experiment) -> dict[str, Value]:
    """What all runs share: the base with controls and engineering. Raises `Conflict`."""
    return merge(experiment.base.values, experiment.constants)


def _members(experiment: Experiment, constant: dict[str, Value]) -> tuple[Member, ...]:
    """Every top-level key that some run has, in the order in which they are written."""
    columns = [Column(each) for each in experiment.columns]
    reach = Reach(constant, columns)
    touching: dict[str, list[int]] = {}
    values: dict[str, list[Value]] = {key: [value] for key, value in constant.items()}
    for at, column in enumerate(experiment.columns):
        for level in column.levels:
            for each in level.assignments:
                key = str(each.path[0])
                if at not in touching.setdefault(key, []):
                    touching[key].append(at)
                if isinstance(each.value, (str, dict, list)):
                    values.setdefault(key, []).append(each.value)
    keys = [*constant, *(k for k in touching if k not in constant)]
    keys = _order(keys, experiment.base.values, experiment.target.component)
    return tuple(
        _member(key, tuple(touching.get(key, ())), values.get(key, []), reach) for key in keys
    )


def _member(key: str, setting: tuple[int, ...], values: list[Value], reach: Reach) -> Member:
    """A member, from the columns that set it and all values that may stand in it."""
    named = {path for value in values for _, t in templates(value) for path in t.names.values()}
    columns = tuple(sorted({*setting, *reach.columns(named)})) if named else setting
    return Member(key, columns, setting, bool(named), ("index",) in named)


def _joined(pieces: Iterable[Piece | Parts], separator: str) -> tuple[Piece, ...]:
    """The pieces with those that no run changes, where they meet, joined into one."""
    joined: list[Piece] = []
    same: Parts = ()
    for made in pieces:
        if not isinstance(made, tuple):
            joined += [_always(same), made]
            same = ()
        elif made:
            same = (*same[:-1], separator.join((*same[-1:], made[0])), *made[1:])
    return (*joined, _always(same))


def _always(parts: Parts) -> Piece:
    return lambda _cell: parts


def _order(keys: list[str], base: Value, first: str | None) -> list[str]:
    """The base's keys in its order, then the others sorted, `first` before them.

    Sorted, not as the author wrote them: a source that is reordered compiles to the same bytes.
    """
    known = list(base) if isinstance(base, dict) else []
    added = sorted(key for key in keys if key not in known)
    added.sort(key=lambda key: key != first)
    return [key for key in known if key in keys] + added


def _arranged(value: Value, base: Value, first: str | None) -> Value:
    """A value with its keys in the order in which they are written (`_order`)."""
    if isinstance(value, dict):
        if not isinstance(base, dict):
            base = {}
        return {k: _arranged(value[k], base.get(k), first) for k in _order([*value], base, first)}
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        known = base if isinstance(base, list) else []
        pairs = zip_longest(value, known[: len(value)])
        return [_arranged(item, old, first) for item, old in pairs]
    return value


def _pruned(value: Value, path: Path, keeps: Callable[[Path], bool]) -> tuple[Value] | None:
    """A value with only the leaves that `keeps` keeps, in a tuple; None where nothing is left."""
    if isinstance(value, dict) and value:
        kept = {key: _pruned(item, (*path, key), keeps) for key, item in value.items()}
        left = {key: item[0] for key, item in kept.items() if item is not None}
        return (left,) if left else None
    return (value,) if keeps(path) else None
