"""How a run's config came about: every assignment in its order, with who made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Generic, TypeVar

from tcwc.config.canonical import flow
from tcwc.config.interpolation.reading import NotKnown, value_at
from tcwc.config.merge import deletes_item, lookup, merge
from tcwc.explain.formulas import text_of, with_values
from tcwc.explain.notes import Note
from tcwc.model.design import Formula, Row
from tcwc.model.frozen import dataclass
from tcwc.model.ir import (
    Assignment,
    Cell,
    Experiment,
    Factor,
    Op,
    Path,
    Value,
    assigned,
    format_path,
)
from tcwc.model.secrets import masked_value


@dataclass(frozen=True, slots=True)
class Stage:
    """An assignment, in words who made it and what more there is to say of that."""

    assignment: Assignment
    by: str
    more: tuple[Note, ...]

    @property
    def at(self) -> Path:
        """The path that it changes: of an item that is deleted, the list, since others move up."""
        made = self.assignment
        return made.path[:-1] if deletes_item(made) else made.path


@dataclass(frozen=True, slots=True)
class Step:
    """What a stage makes of a path: whether it was and is there, and its value."""

    stage: Stage
    before: tuple[bool, Value]
    after: tuple[bool, Value]

    def touches(self, path: Path) -> bool:
        """Whether it gives the path its value, the same as before too, or takes it away."""
        made = self.stage.assignment
        depth = len(made.path)
        within = path[:depth] == made.path and made.op is not Op.DELETE
        return (within and lookup(made.value, path[depth:])[0]) or self.before != self.after


@dataclass(frozen=True, slots=True)
class Unset:
    """A factor that sets nothing in a run, and why."""

    factor: Factor
    note: Note

    @property
    def paths(self) -> tuple[Path, ...]:
        """What its levels set, each once."""
        made = (a.path for level in self.factor.levels for a in level.assignments)
        return tuple(dict.fromkeys(made))


_Item = TypeVar("_Item")


class _ByPath(Generic[_Item]):
    """Items in an order, found by the path that each is about without going through all."""

    def __init__(self) -> None:
        self._count = 0
        self._at: dict[Path, list[tuple[int, _Item]]] = {}
        self._below: dict[Path, list[tuple[int, _Item]]] = {}

    def add(self, path: Path, item: _Item) -> None:
        numbered = (self._count, item)
        self._count += 1
        self._at.setdefault(path, []).append(numbered)
        for end in range(len(path)):
            self._below.setdefault(path[:end], []).append(numbered)

    def above(self, path: Path) -> list[_Item]:
        """Those at the path and at the sections that hold it."""
        return self._sorted(path, [])

    def near(self, path: Path) -> list[_Item]:
        """The same with those below the path."""
        return self._sorted(path, self._below.get(path, []))

    def _sorted(self, path: Path, more: list[tuple[int, _Item]]) -> list[_Item]:
        here = (self._at.get(path[:end], ()) for end in range(len(path) + 1))
        found = [*chain.from_iterable(here), *more]
        return [item for _, item in sorted(found, key=itemgetter(0))]


class Staging:
    """Replays the assignments of one run. `draw` is the index that it was drawn with, if it was."""

    def __init__(self, experiment: Experiment, cell: Cell, draw: int | None) -> None:
        self._experiment = experiment
        self._cell = cell
        self._draw = draw
        self._config = experiment.base.values
        self._by_path = _ByPath[Stage]()
        self._unset_by_path = _ByPath[Unset]()
        self.row = row_of(experiment, cell)
        self.stages: list[Stage] = []
        self.unset: list[Unset] = []
        for by, section in (
            ("a control", experiment.controls),
            ("an engineering constant", experiment.engineering),
        ):
            self._assign(by, (), section)
        for at, column in enumerate(experiment.conditional, len(experiment.factors)):
            self._constants(at, column)
        for at, column in enumerate(experiment.columns):
            if not column.is_constant:
                self._column(at, column)

    @property
    def merged(self) -> dict[str, Value]:
        """The config with all assignments: before templates and isolation."""
        return self._config

    def changes(self, path: Path) -> list[Step]:
        """What the stages made of a path, in their order: of those that touch it."""
        made, config = [], self._experiment.base.values
        for stage in self._by_path.near(path):
            after = merge(config, (stage.assignment,))
            change = Step(stage, lookup(config, path), lookup(after, path))
            config = after
            if change.touches(path):
                made.append(change)
        return made

    def not_set(self, path: Path) -> list[Unset]:
        """The factors that would have set a path, or a section that holds it."""
        return list({id(each): each for each in self._unset_by_path.above(path)}.values())

    def _assign(self, by: str, more: tuple[Note, ...], made: Sequence[Assignment]) -> None:
        self._config = merge(self._config, made)
        for each in made:
            stage = Stage(each, by, more)
            self.stages.append(stage)
            self._by_path.add(stage.at, stage)

    def _leave(self, factor: Factor, note: Note) -> None:
        left = Unset(factor, note)
        self.unset.append(left)
        for path in left.paths:
            self._unset_by_path.add(path, left)

    def _constants(self, at: int, column: Factor) -> None:
        """The constants of the runs in which a condition holds, or why they are not set."""
        assert column.when is not None
        text = f"`{text_of(column.when)}`"
        values = with_values(column.when, self._of_factors)
        if self._cell[at] is None:
            why = f"a control where {text} holds, and here it does not: {values}"
            self._leave(column, Note("not set by", why, column.when.span))
            return
        note = Note("condition", f"{text} holds: {values}", column.when.span)
        self._assign(f"a control where {text}", (note,), column.assigned(self._cell[at]))

    def _of_factors(self, path: Path) -> tuple[bool, Value]:
        """What a name stands for in the config of base, constants and levels of factors."""
        levels = self._cell[: len(self._experiment.factors)]
        config = merge(self._config, assigned(self._experiment.factors, levels))
        return self._look(path, config)

    def _column(self, at: int, column: Factor) -> None:
        level = self._cell[at]
        if at >= len(self._experiment.factors):
            formula = self._formula(column.path)
            note = Note("computed", f"{text_of(formula)} = {self._with_values(formula)}")
            self._assign("derived", (note,), column.assigned(level))
        elif level is not None:
            more = tuple(self._more(at, column))
            self._assign(self._words(column, level), more, column.assigned(level))
        elif column.when is not None:
            self._leave(column, self._why_not(column, column.when))

    def _words(self, factor: Factor, level: int) -> str:
        """Which factor it is, and which of its levels."""
        if factor.is_arm:
            value = factor.levels[level].value
            return f"arm {factor.name}, level {value} ({level + 1} of {factor.size})"
        spec = factor.distribution
        drawn = spec is not None and bool(spec.bounds)
        if level >= factor.size or (drawn and self.row is not None):
            return f"a row of `include`, which names {factor.name}"
        if spec is not None and drawn:
            return f"variable {factor.name}, drawn from {spec.kind}({', '.join(spec.bounds)})"
        of = f" of {factor.generator}" if factor.generator else ""
        row = ", named by a row of `include`" if self.row is not None else ""
        return f"variable {factor.name}, level {level + 1} of {factor.size}{of}{row}"

    def _more(self, at: int, factor: Factor) -> Iterator[Note]:
        """What else decided that the run has this level."""
        if self.row is not None:
            return
        if self._draw is not None and self._experiment.design.sample is not None:
            sample = self._experiment.design.sample
            yield Note("drawn by", f"seed {sample.seed}, draw {self._draw}", sample.span)
        for group in self._experiment.design.zips:
            if at in group.factors:
                others = [self._experiment.factors[i].name for i in group.factors if i != at]
                step = group.steps.index(tuple([self._cell[i] or 0 for i in group.factors])) + 1
                text = f"step {step} of {len(group.steps)}, together with {', '.join(others)}"
                yield Note("zipped", text)
        if factor.when is not None:
            text = f"`{text_of(factor.when)}` holds: {self._with_values(factor.when)}"
            yield Note("condition", text, factor.when.span)

    def _why_not(self, factor: Factor, when: Formula) -> Note:
        if self.row is not None:
            text = f"variable {factor.name}: the row of `include` leaves it out"
            return Note("not set by", text, self.row.span)
        why = f"`{text_of(when)}` does not hold: {self._with_values(when)}"
        return Note("not set by", f"variable {factor.name}, because {why}", when.span)

    def _formula(self, path: Path) -> Formula:
        return next(each.formula for each in self._experiment.design.derived if each.path == path)

    def _with_values(self, formula: Formula) -> str:
        return with_values(formula, self._look)

    def _look(self, path: Path, config: dict[str, Value] | None = None) -> tuple[bool, Value]:
        """What a name stands for in a config: as far as the assignments have come."""
        config = self._config if config is None else config
        for factor, level in zip(self._experiment.factors, self._cell, strict=False):
            if factor.is_arm and factor.path == path:
                return level is not None, level if level is None else factor.levels[level].value
        try:
            return value_at(config, path)
        except NotKnown:
            return lookup(config, path)


def row_of(experiment: Experiment, cell: Cell) -> Row | None:
    """The row of `include` that a run is; None for a run of the design itself."""
    levels = cell[: len(experiment.factors)]
    return next((row for row in experiment.design.rows if row.levels == levels), None)


def shown(path: Path, value: Value) -> str:
    """The value at a path as configs have it in flow style; of a section, how large it is."""
    if isinstance(value, dict) and value:
        return f"a section of {len(value)} keys" if len(value) > 1 else "a section of one key"
    return flow(masked_value(format_path(path), value))


def deleted(assignment: Assignment) -> str:
    """What an assignment that takes a key away was written like."""
    return f"`{assignment.op.value}{format_path(assignment.path)}`"
