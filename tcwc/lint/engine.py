"""The pass over an experiment: which checks run, in which order, and what becomes of a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.lint.assigned import assignments, paths_of, stated
from tcwc.lint.cases import Levels
from tcwc.lint.check import Check, Needs, matching
from tcwc.lint.context import ABSENT, Context, is_broken
from tcwc.lint.present import with_present_names
from tcwc.lint.table import CHECKS
from tcwc.lint.variants import Variant, describe_runs, variants
from tcwc.model.diagnostics import Diagnostic, Rule, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Path
from tcwc.model.rules import INTERNAL_FAILURE, REFERRED_TOO_MUCH

if TYPE_CHECKING:
    from tcwc.lint.stopwatch import Stopwatch

STAGES: tuple[tuple[Needs, ...], ...] = (
    ("design",),
    ("variant", "whole"),
    ("values",),
    ("complete",),
    ("compared", "variable"),
    ("last",),
)
"""What runs together. What is wrong so far is asked before each: no check hides what another of its
stage finds, whatever weight the settings give to that."""

_WITHOUT_ERRORS = ("complete", "compared")
_OF_CONFIGS = ("variant", "whole")


def lint(
    context: Context,
    found: Iterable[Diagnostic],
    review: Callable[[list[Diagnostic]], list[Diagnostic]] = list,
    checks: Iterable[Check] = (),
    watch: Stopwatch | None = None,
) -> list[Diagnostic]:
    """The findings of all checks: of the table, of a target's (`checks`), of the user's rules.

    `found` are the findings that there are already. A check that crashes is itself a finding.
    `review` says what is left of the findings of a stage (an error that is ignored stops no other).
    `watch` takes the time of each rule.
    """
    context = with_present_names(context)
    rows = (*CHECKS, *checks, *_of_the_user(context))
    before, new = list(found), list[Diagnostic]()
    for stage in STAGES:
        so_far = (*before, *new)
        now = replace(context, complete=not is_broken(so_far))
        if _can_be_judged(stage, now):
            gone = {each.span for each in so_far if each.rule in ABSENT}
            made = _Stage(now, watch).findings([row for row in rows if row.needs in stage])
            new += review([each for each in made if each.span not in gone])
    return new


def _can_be_judged(stage: tuple[Needs, ...], context: Context) -> bool:
    if stage[0] in _WITHOUT_ERRORS and not context.complete:
        return False
    return stage[0] != "compared" or bool(context.experiment.factors)


def _of_the_user(context: Context) -> Iterable[Check]:
    if not context.user_rules:
        return ()
    from tcwc.lint.rules.user_rules import checks_of  # only where there are some

    return checks_of(context)


class _Stage:
    """The checks of one stage; one that crashes is not tried again."""

    def __init__(self, context: Context, watch: Stopwatch | None) -> None:
        self.context = context
        self.watch = watch
        self.crashed: set[str] = set()

    def findings(self, rows: Sequence[Check]) -> Iterator[Diagnostic]:
        """What they find, in the order of the table; configs are gone through once, for all."""
        of_configs = [row for row in rows if row.needs in _OF_CONFIGS]
        if of_configs:
            # What `variant` rows find in a config says whether it is whole, so they go first.
            yield from self._over_configs(sorted(of_configs, key=lambda row: row.needs == "whole"))
        for row in rows:
            if row.needs == "variable":
                yield from self._guarded(row, self._over_variables(row))
            elif row.needs not in _OF_CONFIGS:
                yield from self._guarded(row, self._of_the_whole(row))

    def _over_configs(self, rows: Sequence[Check]) -> Iterator[Diagnostic]:
        """The findings over configs of each shape, each with the runs that it concerns."""
        met: dict[Diagnostic, list[Levels]] = {}
        experiment = self.context.experiment
        shapes = variants(experiment)
        for variant in shapes if self.watch is None else self.watch.over("configs", shapes):
            found: list[Diagnostic] = []
            for row in rows:
                if found and found[0].rule is REFERRED_TOO_MUCH:
                    break
                if row.needs == "whole" and not self._is_whole(variant, found, row.despite):
                    continue
                new = list(self._guarded(row, self._of_config(row, variant)))
                found += new if row.needs == "variant" else ()
                for each in new:
                    met.setdefault(each, []).append(variant.levels)
        if not self.context.complete:  # levels are missing, so places in the design would be wrong
            yield from met
            return
        for each, levels in met.items():
            yield replace(each, runs=describe_runs(experiment, levels))

    def _of_config(self, row: Check, variant: Variant) -> Iterator[Diagnostic]:
        if self._is_the_case(row):
            yield from self._timed(row, variant)

    def _is_whole(
        self, variant: Variant, found: Iterable[Diagnostic], despite: tuple[Rule, ...]
    ) -> bool:
        """Whether nothing is missing in a config, as far as is known from what was found in it."""
        if not self.context.complete or variant.conflicts:
            return False
        return not is_broken(each for each in found if each.rule not in despite)

    def _over_variables(self, row: Check) -> Iterator[Diagnostic]:
        """The findings for each variable that a check is about, if it has enough levels."""
        if not self._is_the_case(row):
            return
        experiment, seen = self.context.experiment, set[Path]()
        for factor in (*experiment.factors, *experiment.conditional):
            if len(factor.levels) >= row.levels:
                called = self._called(row, (p for p in paths_of(factor) if p not in seen))
                seen |= called.keys()
                if called or not row.reads:
                    yield from self._timed(row, factor, called)

    def _of_the_whole(self, row: Check) -> Iterator[Diagnostic]:
        if self._is_the_case(row) and (not row.reads or self._called(row, self._stated())):
            yield from self._timed(row)

    def _stated(self) -> Iterable[Path]:
        """All paths that the author sets in some run."""
        return {each.path: None for each in assignments(self.context.experiment)}

    def _is_the_case(self, row: Check) -> bool:
        return row.when is None or row.when(self.context)

    def _called(self, row: Check, paths: Iterable[Path]) -> dict[Path, Path]:
        """Those of some paths that call for a check, each with the one that would be an answer."""
        patterns = row.reads if isinstance(row.reads, tuple) else tuple(row.reads(self.context))
        called = {path: (*path[:-1], row.unless) for path in matching(patterns, paths)}
        if not row.unless:
            return called
        experiment = self.context.experiment
        return {path: answer for path, answer in called.items() if not stated(experiment, answer)}

    def _timed(self, row: Check, *subject: object) -> Iterator[Diagnostic]:
        found = row.run(self.context, *subject)
        if self.watch is not None:
            return self.watch.over(row.rules or row.name, found)
        return (each for each in found if isinstance(each, Diagnostic))

    def _guarded(self, row: Check, found: Iterator[Diagnostic]) -> Iterator[Diagnostic]:
        """The findings of a check; a bug in it must not hide them, nor what others find."""
        if row.name in self.crashed:
            return
        try:
            yield from found
        except Exception as error:  # noqa: BLE001
            self.crashed.add(row.name)
            yield finding(
                INTERNAL_FAILURE,
                self.context.start,
                f"the check `{row.name}` failed: {type(error).__name__}: {error}",
                help="this is a bug of tcwc, not of the experiment: report it with this file",
            )
