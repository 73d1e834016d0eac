"""The configs of all runs, a top-level member at a time.

A member (`model`, `optimizer`, `seed`, ...) differs between runs only by the levels of the
factors that touch it. So each member is merged, rendered and reduced to canonical JSON once for
each combination of those levels, and a run is the join of its members' texts. `config` takes the
long way instead, and a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from tcwc.backend.hashing import canonical_member, sha256_text
from tcwc.backend.isolation import Isolation
from tcwc.backend.torchtune_yaml import render_member
from tcwc.design.product import Cell
from tcwc.ir import Experiment, Path, Value
from tcwc.merge import merge

_CACHED = 4096
"""Combinations of levels kept for a member; the last factor is fastest, so few are met again."""

Piece = Callable[[Cell, str], str]
"""The text of a stretch of members in the run of a cell and an id."""


@dataclass(frozen=True, slots=True)
class Member:
    """A top-level key that some run has, and the factors (by index) that touch it."""

    key: str
    factors: tuple[int, ...]


class Configs:
    """Configs, their texts and their science hashes, by cell.

    `is_science` says of a path whether it can change the result of a run. The experiment must be
    free of errors: an assignment that does not fit raises `Conflict`.
    """

    def __init__(self, experiment: Experiment, is_science: Callable[[Path], bool]) -> None:
        self._experiment = experiment
        self._factors = experiment.factors
        self._base = experiment.base.values
        self._is_science = is_science
        self._constant = constant_config(experiment)
        self._isolation = Isolation(experiment.name, self._constant, experiment.isolate_outputs)
        members = _members(experiment, self._constant)
        self._members = members
        self._value = lru_cache(_CACHED)(self._merged_member)
        self._text = lru_cache(_CACHED)(self._rendered_member)
        self._science = lru_cache(_CACHED)(self._canonical_member)
        self._body = _joined(members, self._body_piece, "")
        in_order = tuple(sorted(members, key=lambda member: member.key))
        self._canonical = _joined(in_order, self._science_piece, ",")

    def hashed_by(self, is_science: Callable[[Path], bool]) -> Configs:
        """The same configs, with hashes that cover something else."""
        return Configs(self._experiment, is_science)

    def config(self, cell: Cell, run_id: str) -> dict[str, Value]:
        """The whole config of a run, keys in the order in which they are written."""
        levels = zip(self._factors, cell, strict=True)
        merged = merge(
            self._constant, (a for factor, i in levels for a in factor.levels[i].assignments)
        )
        ordered = _arranged(merged, self._base)
        assert isinstance(ordered, dict)
        return {key: self._isolation.member(key, v, run_id) for key, v in ordered.items()}

    def body(self, cell: Cell, run_id: str) -> str:
        """The text of a run's config, without its header: what `config` gives, rendered."""
        return "".join([piece(cell, run_id) for piece in self._body])

    def science_hash(self, cell: Cell) -> str:
        """sha256 of the canonical JSON of the config less what cannot change the result."""
        return sha256_text(self.science_json(cell))

    def science_json(self, cell: Cell) -> str:
        """The canonical JSON that `science_hash` covers."""
        return "{" + ",".join(filter(None, [piece(cell, "") for piece in self._canonical])) + "}"

    # --- one member ---------------------------------------------------------------------

    def _body_piece(self, member: Member) -> Piece | str:
        if not member.factors:
            value = self._value(member, ())
            if value is None or not self._isolation.moves(member.key, value[0]):
                return self._text(member, ())
        return lambda cell, run_id: self._text_in_run(member, _project(member, cell), run_id)

    def _science_piece(self, member: Member) -> Piece | str:
        if not member.factors:
            return self._science(member, ())
        return lambda cell, _: self._science(member, _project(member, cell))

    def _text_in_run(self, member: Member, levels: Cell, run_id: str) -> str:
        value = self._value(member, levels)
        if value is None or not self._isolation.moves(member.key, value[0]):
            return self._text(member, levels)
        return render_member(member.key, self._isolation.member(member.key, value[0], run_id))

    def _merged_member(self, member: Member, levels: Cell) -> tuple[Value] | None:
        """A member's value, in a tuple; None where these levels leave no such key."""
        key = member.key
        config = {key: self._constant[key]} if key in self._constant else {}
        for index, level in zip(member.factors, levels, strict=True):
            chosen = self._factors[index].levels[level].assignments
            config = merge(config, (each for each in chosen if each.path[0] == key))
        return (_arranged(config[key], self._base.get(key)),) if key in config else None

    def _rendered_member(self, member: Member, levels: Cell) -> str:
        value = self._value(member, levels)
        return "" if value is None else render_member(member.key, value[0])

    def _canonical_member(self, member: Member, levels: Cell) -> str:
        value = self._value(member, levels)
        kept = None if value is None else _pruned(value[0], (member.key,), self._is_science)
        return "" if kept is None else canonical_member(member.key, kept[0])


def constant_config(experiment: Experiment) -> dict[str, Value]:
    """What all runs share: the base with controls and engineering. Raises `Conflict`."""
    return merge(experiment.base.values, (*experiment.controls, *experiment.engineering))


def _members(experiment: Experiment, constant: dict[str, Value]) -> tuple[Member, ...]:
    """Every top-level key that some run has, in the order in which they are written."""
    touching: dict[str, list[int]] = {}
    for index, factor in enumerate(experiment.factors):
        for key in {str(a.path[0]): None for level in factor.levels for a in level.assignments}:
            touching.setdefault(key, []).append(index)
    keys = _order([*constant, *(k for k in touching if k not in constant)], experiment.base.values)
    return tuple(Member(key, tuple(touching.get(key, ()))) for key in keys)


def _project(member: Member, cell: Cell) -> Cell:
    return tuple([cell[index] for index in member.factors])


def _joined(
    members: tuple[Member, ...], piece: Callable[[Member], Piece | str], separator: str
) -> tuple[Piece, ...]:
    """The pieces of all members, those that no run changes joined into one."""
    pieces: list[Piece] = []
    same: list[str] = []
    for made in (*map(piece, members), None):
        if isinstance(made, str):
            same.append(made)
            continue
        if text := separator.join(filter(None, same)):
            pieces.append(_always(text))
        same = []
        if made is not None:
            pieces.append(made)
    return tuple(pieces)


def _always(text: str) -> Piece:
    return lambda *_: text


def _order(keys: list[str], base: Value) -> list[str]:
    """The base's keys in its order, then the others sorted, `_component_` before them.

    Sorted, not as the author wrote them: a source that is reordered compiles to the same bytes.
    """
    known = list(base) if isinstance(base, dict) else []
    added = sorted(key for key in keys if key not in known)
    added.sort(key=lambda key: key != "_component_")
    return [key for key in known if key in keys] + added


def _arranged(value: Value, base: Value) -> Value:
    """A value with its keys in the order in which they are written."""
    if isinstance(value, dict):
        if not isinstance(base, dict):
            base = {}
        return {key: _arranged(value[key], base.get(key)) for key in _order([*value], base)}
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        known = base if isinstance(base, list) else []
        return [_arranged(item, old) for item, old in zip_longest(value, known[: len(value)])]
    return value


def _pruned(value: Value, path: Path, keeps: Callable[[Path], bool]) -> tuple[Value] | None:
    """A value with only the leaves that `keeps` keeps, in a tuple; None where nothing is left."""
    if isinstance(value, dict) and value:
        kept = {key: _pruned(item, (*path, key), keeps) for key, item in value.items()}
        left = {key: item[0] for key, item in kept.items() if item is not None}
        return (left,) if left else None
    return (value,) if keeps(path) else None
