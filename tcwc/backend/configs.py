"""The configs of all runs, a top-level member at a time.

A member (`model`, `optimizer`, `seed`, ...) differs between runs only by the levels of the
factors that touch it. So each member is merged, rendered and reduced to canonical JSON once for
each combination of those levels, and a run is the join of its members' texts. Where a text holds
the run's own name (isolation), it is kept in parts, and the name put between them. `config` takes
the long way instead, and a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from operator import itemgetter
from typing import TypeAlias

from tcwc.backend.torchtune_yaml import render_member
from tcwc.canonical import canonical_member, sha256_text
from tcwc.design.product import Cell
from tcwc.ir import Experiment, Path, Value
from tcwc.isolation import Isolation
from tcwc.merge import merge

_CACHED = 4096
"""Combinations of levels kept for a member; the last factor is fastest, so few are met again."""

Parts: TypeAlias = tuple[str, ...]
"""A text around the places where a run's id goes: `run_id.join(parts)` is the text of that run."""

Piece: TypeAlias = Callable[[Cell], Parts]
"""The text of a stretch of members in the run of a cell."""


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
        self._body = _joined([self._piece(m, self._text_parts) for m in members], "")
        in_order = sorted(members, key=lambda member: member.key)
        self._canonical = _joined([self._piece(m, self._science_parts) for m in in_order], ",")

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
        return "".join([run_id.join(piece(cell)) for piece in self._body])

    def science_hash(self, cell: Cell) -> str:
        """sha256 of the canonical JSON of the config less what cannot change the result."""
        return sha256_text(self.science_json(cell))

    def science_json(self, cell: Cell) -> str:
        """The canonical JSON that `science_hash` covers."""
        members = [text for piece in self._canonical for text in piece(cell) if text]
        return "{" + ",".join(members) + "}"

    # --- one member ---------------------------------------------------------------------

    def _piece(self, member: Member, parts: Callable[[Member, Cell], Parts]) -> Piece | Parts:
        """A member's text by cell, kept for the levels that were met; itself if it is constant."""
        if not member.factors:
            return parts(member, ())
        if len(member.factors) == 1:
            (factor,) = member.factors
            of_level = lru_cache(_CACHED)(lambda level: parts(member, (level,)))
            return lambda cell: of_level(cell[factor])
        of_levels = lru_cache(_CACHED)(lambda levels: parts(member, levels))
        levels_of = itemgetter(*member.factors)
        return lambda cell: of_levels(levels_of(cell))

    def _text_parts(self, member: Member, levels: Cell) -> Parts:
        value = self._merged_member(member, levels)
        if value is None:
            return ()
        plain = render_member(member.key, value[0])
        if not self._isolation.moves(member.key, value[0]):
            return (plain,)
        # Ids differ in digits only, so that they all make the same text around them.
        own = "run_000"
        while own in plain:
            own += "0"
        moved = self._isolation.member(member.key, value[0], own)
        return tuple(render_member(member.key, moved).split(own))

    def _science_parts(self, member: Member, levels: Cell) -> Parts:
        value = self._merged_member(member, levels)
        kept = None if value is None else _pruned(value[0], (member.key,), self._is_science)
        return () if kept is None else (canonical_member(member.key, kept[0]),)

    def _merged_member(self, member: Member, levels: Cell) -> tuple[Value] | None:
        """A member's value, in a tuple; None where these levels leave no such key."""
        key = member.key
        config = {key: self._constant[key]} if key in self._constant else {}
        for index, level in zip(member.factors, levels, strict=True):
            chosen = self._factors[index].levels[level].assignments
            config = merge(config, (each for each in chosen if each.path[0] == key))
        return (_arranged(config[key], self._base.get(key)),) if key in config else None


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
