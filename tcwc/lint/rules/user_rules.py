"""Rules of the user's own: an expression that must hold, or must not, in every run.

Only the levels of factors that the expression's paths depend on are combined (lint/cases.py).
Tcwc reads the rules from files (`lint/rules/rule_files.py`). Imported only where there are some.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tcwc.config.canonical import flow
from tcwc.config.interpolation.closure import led_to
from tcwc.config.interpolation.reading import NotKnown, value_at
from tcwc.expressions.evaluate import EvaluationError, evaluate
from tcwc.lint.assigned import assignments
from tcwc.lint.cases import Case, cases
from tcwc.lint.check import Check
from tcwc.lint.context import Context
from tcwc.lint.rules.user_rule import UserRule
from tcwc.lint.variants import describe_runs
from tcwc.model.cut import cut
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Experiment, Path, Value, format_path, overlap
from tcwc.model.rules import UNDECIDABLE_RULE
from tcwc.model.source import Span
from tcwc.model.words import either

_SHOWN = 4
"""Values, or further places, that one finding lists."""


def checks_of(context: Context) -> Iterator[Check]:
    """A check for each rule of the user's that is about the experiment's recipe."""
    for rule in context.user_rules:
        if not rule.recipes or context.experiment.recipe in rule.recipes:
            yield Check((rule.rule,), partial(_try, rule), "last")


def _try(rule: UserRule, context: Context) -> Iterator[Diagnostic]:
    """A finding where some run breaks the rule."""
    yield from _Trial(context, rule).findings()


@dataclass(frozen=True, slots=True)
class _Broken:
    """Runs, as levels by factor, in which a rule does not hold, and the case that they are."""

    case: Case
    error: EvaluationError | None


class _Trial:
    """One rule tried on one experiment."""

    def __init__(self, context: Context, rule: UserRule) -> None:
        self.context = context
        self.rule = rule
        self.paths: dict[Path, Path] = {}
        self.helps: dict[Path, str] = {}
        for name in rule.expression.names:
            self._bind(name)

    def _bind(self, name: Path) -> None:
        """Give a name of the expression its path in this experiment's tree."""
        word = name[0]
        bound = self.context.resolve(word) if len(name) == 1 and isinstance(word, str) else name
        if isinstance(bound, str):
            self.helps[name] = bound
            bound = name
        self.paths[name] = bound

    def findings(self) -> Iterator[Diagnostic]:
        broken, undecided = self._runs()
        if broken:
            yield self._violation(broken)
        for message in dict.fromkeys(each.error.message for each in undecided if each.error):
            same = [each for each in undecided if each.error and each.error.message == message]
            yield self._undecided(same)

    def _runs(self) -> tuple[list[_Broken], list[_Broken]]:
        """Where the rule does not hold, and where it cannot be said."""
        broken: list[_Broken] = []
        undecided: list[_Broken] = []
        for case in cases(self.context.experiment, self._relevant()):
            result = evaluate(self.rule.expression, partial(self._value, case))
            if isinstance(result, EvaluationError):
                # Beside other errors a key may be missing because of them: their echo.
                if self.context.complete or result.missing is None:
                    undecided.append(_Broken(case, result))
            elif not isinstance(result.value, bool):
                text = "its expression is neither true nor false"
                place = (0, len(self.rule.expression.text))
                error = EvaluationError(text, "write a comparison", place)
                undecided.append(_Broken(case, error))
            elif result.value is self.rule.forbids:
                broken.append(_Broken(case, None))
        return broken, undecided

    def _value(self, case: Case, name: Path) -> tuple[bool, Value]:
        return value_at(case.config, self.paths[name])

    def _relevant(self) -> tuple[Path, ...]:
        """The paths of the expression, and those that `${...}` in their values leads to."""
        wanted = dict.fromkeys(self.paths.values())
        waiting = list(wanted)
        while waiting:
            path = waiting.pop()
            for further in _led_to(path, self.context.experiment):
                if further not in wanted:
                    wanted[further] = None
                    waiting.append(further)
        return tuple(wanted)

    def _violation(self, broken: list[_Broken]) -> Diagnostic:
        rule = self.rule
        said = "must not hold" if rule.forbids else "must hold"
        values = self._shown(broken)
        span, *others = self._places(broken)
        return finding(
            rule.rule,
            span,
            f"{rule.summary.rstrip('.')}: `{_one_line(rule.expression.text)}` {said}"
            + (f", and {values}" if values else ""),
            help=rule.help,
            labels=tuple(Label(other, "here too") for other in others[:_SHOWN]),
            runs=self._in_words(broken),
        )

    def _undecided(self, undecided: list[_Broken]) -> Diagnostic:
        error = undecided[0].error
        assert error is not None
        rule = self.rule
        help = error.help
        if error.missing is not None:
            name = format_path(error.missing)
            allowed = f"{name} != null and ..." if rule.forbids else f"{name} == null or ..."
            help = self.helps.get(error.missing) or (
                f"allow for it in the rule ({allowed}), or list its `recipes`"
            )
        return finding(
            UNDECIDABLE_RULE,
            self._places(undecided)[0],
            f"{rule.rule.code} ({rule.rule.name}) cannot be decided here: {error.message}",
            help=help,
            labels=(Label(rule.place, "the rule"),),
            runs=self._in_words(undecided),
        )

    def _in_words(self, broken: list[_Broken]) -> str:
        return describe_runs(self.context.experiment, [each.case.levels for each in broken])

    def _places(self, broken: list[_Broken]) -> list[Span]:
        """Where the first path of the rule got its values in these runs, each place once.

        A path that the author set goes before one that the base has.
        """
        ranked: dict[Span, int] = {}
        for each in broken:
            found = [
                (0 if origin is not None else 1, position, self.context.place(path, origin))
                for position, path in enumerate(self.paths.values())
                for origin in [each.case.origin(path)]
                if each.case.has(path) or origin is not None
            ]
            if found:
                _, position, span = min(found, key=lambda entry: entry[:2])
                ranked.setdefault(span, position)
        if not ranked:
            return [self.context.start]
        first = min(ranked.values())
        return [span for span, position in ranked.items() if position == first]

    def _shown(self, broken: list[_Broken]) -> str:
        """ "`optimizer.lr` is 0.003 or 0.01": the values of the rule's paths in these runs."""
        parts = []
        for name, path in self.paths.items():
            texts: dict[str, None] = {}
            # Values of several paths belong together run by run: shown are those of the first.
            for each in broken if len(self.paths) == 1 else broken[:1]:
                texts[self._in_short(each.case, name)] = None
            listed = list(texts)
            if len(listed) > _SHOWN:
                listed = [*listed[: _SHOWN - 1], f"{len(listed) - _SHOWN + 1} other values"]
            parts.append(f"`{format_path(path)}` is {either(listed)}")
        return ", ".join(parts)

    def _in_short(self, case: Case, name: Path) -> str:
        """What a path of the rule has in a case."""
        try:
            there, value = self._value(case, name)
        except NotKnown:
            return "known only when the run starts"
        if isinstance(value, dict):
            return f"a section with {len(value)} keys"
        return cut(flow(value), 80) if there else "not there"


def _led_to(path: Path, experiment: Experiment) -> Iterator[Path]:
    """The paths that any value that may stand at a path, or around it, refers to."""
    yield from led_to(experiment.base.values, path, ())
    for each in assignments(experiment):
        if overlap(each.path, path):
            yield from led_to(each.value, path[len(each.path) :], each.path)


def _one_line(text: str) -> str:
    return " ".join(text.split())
