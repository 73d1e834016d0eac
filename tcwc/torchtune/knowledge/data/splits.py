"""Levels of a data set's split that select the same samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.lint.cases import cases
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Factor, Level, Path
from tcwc.model.rules import EQUIVALENT_LEVELS
from tcwc.torchtune.knowledge.condition.reader import CaseReader, referred
from tcwc.torchtune.knowledge.data.counted import parts
from tcwc.torchtune.knowledge.data.counting import counted, is_exact

_SPLIT = "split"
_WHOLE_PERCENT = 100


def check_equal_splits(
    context: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """Splits written in other words: `train`, `train[:100%]`, and `train[:64]` of 64 samples."""
    path = factor.path
    if path is None or path not in called or path[-1] != _SPLIT:
        return
    samples = _samples(context, path[:-1])
    seen: dict[object, Level] = {}
    for level in factor.levels:
        chosen = _chosen(level.value, samples) if isinstance(level.value, str) else None
        if chosen is None:
            continue
        first = seen.setdefault(chosen, level)
        if first is not level and first.value != level.value:
            of = f" of the {samples} samples in sight" if samples is not None else ""
            yield finding(
                EQUIVALENT_LEVELS,
                level.span,
                f"`{level.value}` and `{first.value}` select the same{of or ' samples'}",
                help="keep one of them",
                labels=(Label(first.span, "trains the same weights"),),
            )


def _chosen(split: str, samples: int | None) -> tuple[tuple[str, int, int | None], ...] | None:
    """The stretches that a split selects, of so many samples if that is known; None where nobody
    can tell."""
    found = parts(split) if "${" not in split and "{" not in split else None
    made: list[tuple[str, int, int | None]] = []
    for text, each in zip(split.split("+"), found or (), strict=False):
        name = text.partition("[")[0]
        if samples is not None:
            made.append((name, *each.ends(samples)))
            continue
        last = None if each.percent and each.last == _WHOLE_PERCENT else each.last
        if each.drops or each.first or last is not None:
            return None
        made.append((name, 0, None))
    return tuple(made) or None


def _samples(context: Context, where: Path) -> int | None:
    """How many samples a data set has in all runs, before its split; None where nobody knows."""
    met = set()
    for case in cases(context.experiment, [where, *referred(context, [where])]):
        reader = CaseReader(context, case)
        one = not isinstance(reader.known((*where, "data_files")), dict)  # of one split
        exact = one and is_exact(reader, where) and reader.known((*where, "source")) == "json"
        known = counted(reader, where) if exact else None
        met.add(known.all if known else None)
    return met.pop() if len(met) == 1 else None
