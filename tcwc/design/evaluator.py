"""What formulas come to in the cells of a design.

A formula depends on few of the columns: those that set a path that it names, or one that `${...}`
leads to from there. So it is computed once for each combination of their levels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tcwc.config.canonical import canonical_json
from tcwc.config.interpolation.reading import value_at
from tcwc.config.merge import lookup, merge_what_fits
from tcwc.design.product import projection
from tcwc.design.reach import Column, Reach
from tcwc.expressions.evaluate import EvaluationError, Result, evaluate
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression, Expression
from tcwc.model.design import Formula
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Cell, Factor, Level, Path, Value, format_path
from tcwc.model.limits import WORKED_OUT
from tcwc.model.words import nearest

SPENT = EvaluationError(
    f"conditions and formulas read more than {WORKED_OUT} names over all combinations of levels, "
    "and tcwc stops there, whatever `limit` says",
    "give the variables fewer levels, or draw them with `choice` under `sample`",
    (0, 0),
)
"""What comes of every formula that is asked for after too many were worked out."""

Outcome: TypeAlias = Result | EvaluationError
Computed: TypeAlias = Callable[[Cell], Outcome]
"""A formula's outcome, by cell."""


class GrowingColumn(Column):
    """A column whose levels come as they are drawn or computed."""

    __slots__ = ("_places",)

    def __init__(self, factor: Factor) -> None:
        super().__init__(factor)
        self._places = {canonical_json(level.value): at for at, level in enumerate(self.levels)}

    def place(self, value: Value, assignment: Assignment) -> int:
        """The index of the level of a value, which is a new one where the value is."""
        known = self._places.setdefault(canonical_json(value), len(self.levels))
        if known == len(self.levels):
            self.levels.append(Level(value, (assignment,), assignment.value_span))
        return known


class Evaluator:
    """Formulas over columns. `shared` is the config that all runs share."""

    def __init__(self, shared: dict[str, Value], columns: Sequence[Column]) -> None:
        self._shared = shared
        self._columns = columns
        self._reach = Reach(shared, columns)
        self.work = 0
        """Names that formulas read, each time one was worked out; an error of one counts too."""

    def computed(self, formula: Formula, before: int) -> tuple[tuple[int, ...], Computed]:
        """A formula over the first `before` columns: those it depends on, and its outcomes."""
        columns = self._reach.columns(formula.names.values(), before)
        return columns, _Computed(self, formula, columns)

    def evaluate(
        self, formula: Formula, expression: Expression, columns: tuple[int, ...], levels: Cell
    ) -> Outcome:
        """What a formula comes to with some levels in the columns that it depends on."""
        self.work += 1 + len(formula.names)
        if self.work > WORKED_OUT.at_most:
            return SPENT
        config = self._config(columns, levels)
        chosen = dict(zip(columns, levels, strict=True))

        def look(name: Path) -> tuple[bool, Value]:
            path = formula.names[name]
            arm = self._reach.arms.get(path)
            if arm is not None:
                level = chosen.get(arm)
                there = level is not None
                return there, None if level is None else self._columns[arm].levels[level].value
            return value_at(config, path)

        found = evaluate(expression, look)
        if isinstance(found, EvaluationError) and found.missing:
            return nearer(found, found.missing, config)
        return found

    def _config(self, columns: tuple[int, ...], levels: Cell) -> dict[str, Value]:
        """The shared config with what these levels assign; right as far as the formula looks."""
        chosen = [(self._columns[at], level) for at, level in zip(columns, levels, strict=True)]
        made: list[Assignment] = []
        # As `assigned` of the IR has it, with levels that came later.
        for constant in (True, False):
            for column, level in chosen:
                if level is not None and column.factor.is_constant is constant:
                    made += column.levels[level].assignments
        return merge_what_fits(self._shared, made)


class _Computed:
    """A formula's outcomes, each worked out once. No closure: an experiment can be pickled."""

    __slots__ = ("_columns", "_evaluator", "_expression", "_formula", "_known", "_project")

    def __init__(self, evaluator: Evaluator, formula: Formula, columns: tuple[int, ...]) -> None:
        expression = parse(formula.text)
        assert not isinstance(expression, BadExpression), formula.text
        self._expression = expression
        self._evaluator = evaluator
        self._formula = formula
        self._columns = columns
        self._project = projection(columns)
        self._known: dict[Cell, Outcome] = {}

    def __call__(self, cell: Cell) -> Outcome:
        levels = self._project(cell)
        found = self._known.get(levels)
        if found is None:
            found = self._evaluator.evaluate(self._formula, self._expression, self._columns, levels)
            self._known[levels] = found
        return found


def nearer(error: EvaluationError, missing: Path, config: dict[str, Value]) -> EvaluationError:
    """An error about a path that is not there, with the key beside it that it is most like."""
    section = lookup(config, missing[:-1])[1]
    near = nearest(str(missing[-1]), section, count=1) if isinstance(section, dict) else []
    if not near:
        return error
    return replace(error, help=f"did you mean `{format_path((*missing[:-1], near[0]))}`?")
