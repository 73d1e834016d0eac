"""Runs that end in their only epoch: there is nothing yet from which they could go on."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.lint.cases import Levels
from tcwc.lint.context import Context
from tcwc.lint.needed import Needed, needed
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, Rule, finding
from tcwc.model.ir import Path
from tcwc.model.resources import time_text
from tcwc.model.rules import LONG_EPOCH, NOTHING_TO_RESUME
from tcwc.model.source import Span

EPOCHS: Path = ("epochs",)
_LONG = 8 * 3600
"""Seconds from which on it hurts to begin anew: a working day."""


def check_resuming(context: Context) -> Iterator[Diagnostic]:
    """A time, or the wish to go on after it, where the state is first written at the very end."""
    met: dict[tuple[Rule, Span], tuple[Needed, list[Levels]]] = {}
    for each in needed(context, [EPOCHS]):
        if each.case.value(EPOCHS) != 1 or isinstance(each.case.value(EPOCHS), bool):
            continue
        if each.word("on_timeout") == "requeue":
            key = NOTHING_TO_RESUME, each.place("on_timeout")
        elif (each.number("time") or 0) >= _LONG:
            key = LONG_EPOCH, each.place("time")
        else:
            continue
        met.setdefault(key, (each, []))[1].append(each.case.levels)
    for (rule, span), (each, levels) in met.items():
        runs = describe_runs(context.experiment, levels)
        yield finding(rule, span, _message(rule, each), help=_HELP, runs=runs)


_HELP = (
    "the state is written after each epoch but the last: with `epochs: 2` or more, and "
    "`max_steps_per_epoch` for shorter ones, a run goes on from the last that is whole"
)


def _message(rule: Rule, each: Needed) -> str:
    if rule is NOTHING_TO_RESUME:
        return (
            "a run of one epoch writes no state to go on from, so that `on_timeout: requeue` "
            "queues it never again"
        )
    time = time_text(each.number("time") or 0)
    return (
        f"a run of one epoch writes no state to go on from: one that ends early, of {time}, "
        "begins anew"
    )
