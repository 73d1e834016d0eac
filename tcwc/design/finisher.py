"""Makes runs of cells: factors whose `when` does not hold are unset, derived values computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tcwc.config.interpolation.syntax import literally
from tcwc.design.evaluator import SPENT, Computed, Evaluator, GrowingColumn, Outcome
from tcwc.design.product import projection
from tcwc.expressions.evaluate import EvaluationError, Result
from tcwc.expressions.syntax import Place
from tcwc.model.cut import cut
from tcwc.model.design import Derived, Formula
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Cell, Design, Factor, Op, Value
from tcwc.model.limits import WORKED_OUT
from tcwc.model.rules import IDLE_CONDITION, NO_VALUE

_SHOWN = 4


class Failures:
    """Where formulas have no value; one finding for each part of one that is at fault."""

    def __init__(self, columns: Sequence[GrowingColumn]) -> None:
        self._columns = tuple(columns)  # the factors; those computed say nothing of a run
        self._met: dict[tuple[int, Place], tuple[Formula, EvaluationError, Cell]] = {}
        self._spent_at: Formula | None = None

    def note(self, formula: Formula, error: EvaluationError, cell: Cell) -> None:
        if error is SPENT:
            self._spent_at = self._spent_at or formula
        else:
            self._met.setdefault((id(formula), error.place), (formula, error, cell))

    def found(self) -> Iterator[Diagnostic]:
        """A finding each, that names the first run in which it is so."""
        for formula, error, cell in self._met.values():
            yield finding(
                NO_VALUE,
                formula.part(*error.place),
                f"`{_short(formula.text)}` has no value in the run of {self._named(cell)}: "
                f"{error.message}",
                help=error.help or "change the expression so that it has a value in every run",
            )
        if self._spent_at is not None:
            yield finding(NO_VALUE, self._spent_at.span, SPENT.message, help=SPENT.help)

    def _named(self, cell: Cell) -> str:
        from tcwc.config.canonical import flow

        chosen = [
            f"{column.factor.name}={flow(column.levels[level].value)}"
            for column, level in zip(self._columns, cell, strict=False)
            if level is not None
        ]
        more = [f"{len(chosen) - _SHOWN} more"] if len(chosen) > _SHOWN else []
        return ", ".join(chosen[:_SHOWN] + more)


class Predicate:
    """A formula that must be true or false. It counts what it is over the cells that it sees."""

    def __init__(
        self, formula: Formula, columns: tuple[int, ...], outcome: Computed, failures: Failures
    ) -> None:
        self.formula = formula
        self.columns = columns
        self.counts = {True: 0, False: 0}
        self._outcome = outcome
        self._failures = failures

    def __call__(self, cell: Cell) -> bool | None:
        """Whether it holds; None where that cannot be said, which is then a failure."""
        outcome = self._outcome(cell)
        if isinstance(outcome, Result):
            if isinstance(outcome.value, bool):
                self.counts[outcome.value] += 1
                return outcome.value
            message = "it is neither true nor false"
            help = "compare: with a number, a string in quotes, null"
            outcome = EvaluationError(message, help, (0, len(self.formula.text)))
        self._failures.note(self.formula, outcome, cell)
        return None


class Finisher:
    """Completes the cells of a design's factors; `factors` may have levels still to come."""

    def __init__(self, factors: Sequence[Factor], design: Design, shared: dict[str, Value]) -> None:
        self.columns = [GrowingColumn(factor) for factor in factors]
        self.failures = Failures(self.columns)
        self._evaluator = Evaluator(shared, self.columns)
        self.whens = [
            (index, self._predicate(factor.when, index))
            for index, factor in enumerate(factors)
            if factor.when is not None
        ]
        # Each is decided by the factors alone; what is derived may read what they set.
        self.conditions = [
            self._predicate(each.when, len(factors)) for each in design.conditional if each.when
        ]
        self.columns += [GrowingColumn(each) for each in design.conditional]
        self._derived = [self._computation(each) for each in design.derived]
        self.needs = self._needs(len(factors))

    @property
    def is_spent(self) -> bool:
        """Whether more was asked than is worked out: what comes of formulas is then not known."""
        return self._evaluator.work > WORKED_OUT.at_most

    def predicate(self, formula: Formula) -> Predicate:
        """A condition over all columns."""
        return self._predicate(formula, len(self.columns))

    def finish(self, cell: Cell) -> Cell:
        """A run of the levels of all factors."""
        return self.derive(self.unset(cell))

    def unset(self, cell: Cell) -> Cell:
        """A cell without the factors whose `when` does not hold."""
        for index, holds in self.whens:
            # Not where nobody can tell (None): that is an error of its own, and unsets nothing.
            if holds(cell) is False:
                cell = (*cell[:index], None, *cell[index + 1 :])
        return cell

    def derive(self, cell: Cell) -> Cell:
        """A cell with the columns of its conditional constants, and of its derived values."""
        held = [condition(cell) for condition in self.conditions]
        cell = (*cell, *(0 if holds else None for holds in held))
        for computation in self._derived:
            cell = (*cell, computation.level(cell))
        return cell

    def settled(self) -> tuple[Factor, ...]:
        """The derived columns, with all levels that were met; none where not all could be."""
        met = [] if self.is_spent else self._derived
        return tuple(replace(each.column.factor, levels=tuple(each.column.levels)) for each in met)

    def _predicate(self, formula: Formula, before: int) -> Predicate:
        return Predicate(formula, *self._evaluator.computed(formula, before), self.failures)

    def _computation(self, derived: Derived) -> Computation:
        columns, outcome = self._evaluator.computed(derived.formula, len(self.columns))
        made = Computation(derived, columns, outcome, self.failures)
        self.columns.append(made.column)
        return made

    def _needs(self, factors: int) -> tuple[tuple[int, ...], ...]:
        """The factors that the level of each column follows from."""
        needs: list[tuple[int, ...]] = [(index,) for index in range(factors)]
        needs += [each.columns for each in self.conditions]
        for each in self._derived:
            needs.append(tuple(sorted({i for column in each.columns for i in needs[column]})))
        return tuple(needs)


class Computation:
    """A derived path as a column, whose levels are the values met."""

    def __init__(
        self, derived: Derived, columns: tuple[int, ...], outcome: Computed, failures: Failures
    ) -> None:
        from tcwc.model.ir import format_path

        self.columns = columns
        self.column = GrowingColumn(
            Factor(format_path(derived.path), derived.path, (), derived.span)
        )
        self._derived = derived
        self._outcome = outcome
        self._failures = failures
        self._project = projection(columns)
        self._known: dict[Cell, int | None] = {}

    def level(self, cell: Cell) -> int | None:
        """The level of the value in a cell; None where there is none, which is then a failure."""
        levels = self._project(cell)
        if levels not in self._known:
            self._known[levels] = self._computed(cell)
        return self._known[levels]

    def _computed(self, cell: Cell) -> int | None:
        outcome = _fitted(self._outcome(cell), self._derived)
        if isinstance(outcome, EvaluationError):
            self._failures.note(self._derived.formula, outcome, cell)
            return None
        derived, value = self._derived, outcome.value
        made = Assignment(
            derived.path, literally(value), Op.SET, False, derived.span, derived.formula.span
        )
        return self.column.place(value, made)


def _fitted(outcome: Outcome, derived: Derived) -> Outcome:
    """A result as the kind of number that its path takes."""
    if isinstance(outcome, EvaluationError):
        return outcome
    value = outcome.value
    place = (0, len(derived.formula.text))
    if isinstance(value, dict):
        return EvaluationError("it is a section with keys", "name a key of it", place)
    if derived.kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return Result(float(value))
    if derived.kind == "int" and isinstance(value, float):
        help = "write int(...) or round(...) around it"
        if "/" in derived.formula.text.replace("//", ""):
            help = "write `//` for a whole quotient, or round(...)"
        return EvaluationError(f"it is {value}, and a whole number is needed", help, place)
    return outcome


def _short(text: str) -> str:
    return cut(" ".join(text.split()), 60)


def idle(predicates: Iterable[Predicate], value: bool) -> Iterator[Formula]:
    """The formulas that were the same in every cell that they saw."""
    for each in predicates:
        if each.counts[value] and not each.counts[not value]:
            yield each.formula


def idle_constants(finisher: Finisher) -> Iterator[Diagnostic]:
    """The conditions of constants that hold in no run, or in every one."""
    for value, message, help in (
        (
            False,
            "this holds in no run, so what stands under it is set in none",
            "remove it, or compare with values that are among the levels",
        ),
        (
            True,
            "this holds in every run, so what stands under it is constant",
            "write its keys under `controls:` themselves",
        ),
    ):
        for formula in idle(finisher.conditions, value):
            yield finding(IDLE_CONDITION, formula.span, message, help=help)
