"""Whether models whose outputs are compared token by token know the same tokens."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Path
from tcwc.model.rules import TEACHER_VOCABULARY
from tcwc.model.source import Span
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue

_SIZE = "vocab_size"


def check_vocabularies(context: Context) -> Iterator[Diagnostic]:
    """Pairs of models that the recipe compares, and whose vocabularies differ."""
    for entry in catalogue(context).relations("same_vocabulary"):
        if context.experiment.recipe in entry["recipes"]:
            yield from _differing(context, *entry["models"])


def _differing(context: Context, one: str, other: str) -> Iterator[Diagnostic]:
    found: dict[Diagnostic, list[Levels]] = {}
    paths: list[Path] = [(model, key) for model in (other, one) for key in (COMPONENT, _SIZE)]
    for case in cases(context.experiment, paths):
        sizes = [_vocabulary(context, case, model) for model in (one, other)]
        at = _author(context, case, paths)
        if None in sizes or sizes[0] == sizes[1] or at is None:
            continue
        names = [str(case.value((model, COMPONENT))).rpartition(".")[2] for model in (one, other)]
        each = finding(
            TEACHER_VOCABULARY,
            at,
            f"`{other}` {names[1]} knows {sizes[1]} tokens and `{one}` {names[0]} {sizes[0]}: "
            "their outputs are compared token by token, which stops the run at its first step",
            help=_help(context, case, one, other, sizes[0]),
        )
        found.setdefault(each, []).append(case.levels)
    for each, levels in found.items():
        yield replace(each, runs=describe_runs(context.experiment, levels))


def _help(context: Context, case: Case, one: str, other: str, size: int | None) -> str:
    """The other model of the base's, where that knows as many tokens; the one that is looked for
    in words, where it does not."""
    base = Case(context.experiment.base.values, (), ())
    known = base.value((other, COMPONENT))
    fits = isinstance(known, str) and _vocabulary(context, base, other) == size
    instead = f"such as the base's, {known}" if fits else f"one that knows {size} tokens too"
    name = str(case.value((one, COMPONENT))).rpartition(".")[2]
    return (
        f"choose as `{other}._component_` a model of {name}'s vocabulary, {instead}, with its "
        f"weights in `{other.partition('_')[0]}_checkpointer`; or distil into a `{one}` of this "
        "one's vocabulary, with its own tokenizer and weights"
    )


def _vocabulary(context: Context, case: Case, model: str) -> int | None:
    """How many tokens a model knows, by its builder or as it is told; None where nobody says."""
    told = case.value((model, _SIZE))
    if isinstance(told, int):
        return told
    name = case.value((model, COMPONENT))
    return catalogue(context).sizes(name).get(_SIZE) if isinstance(name, str) else None


def _author(context: Context, case: Case, paths: list[Path]) -> Span | None:
    for path in paths:
        if (origin := case.origin(path)) is not None:
            return origin.span_of(path)
    return context.place(paths[0], None) if context.experiment.base.is_file else None
