"""Optimizer steps that can be counted: from files of data that lie beside the experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.config.walk import is_count
from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.needed import samples_paths
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Factor, Path, Value
from tcwc.model.rules import EQUIVALENT_LEVELS, NO_STEPS
from tcwc.model.source import Span
from tcwc.model.words import either, listed
from tcwc.torchtune.knowledge.condition.reader import CaseReader, referred
from tcwc.torchtune.knowledge.data.epoch import (
    ACCUMULATION,
    BATCH,
    DATA,
    PATHS,
    Epoch,
    epoch,
    samples_read,
)

_TOLD = 3
"""Data sets that are told one by one of those that are too few for other reasons each."""


def check_no_steps(context: Context) -> Iterator[Diagnostic]:
    """Runs whose data in sight are fewer samples than one optimizer step takes: one finding for
    all of them that one line decides about."""
    met: dict[tuple[Span, bool], dict[Epoch, list[Levels]]] = {}
    for case, found in _epochs(context):
        # A split without any samples is refused.
        if found is not None and found.samples and not found.steps:
            # Without a full batch it does not matter how many make a step.
            few = found if found.batches else replace(found, accumulation=0)
            alike = met.setdefault((_place(context, few, case), bool(few.batches)), {})
            alike.setdefault(few, []).append(case.levels)
    for (span, _), alike in met.items():
        levels = [each for some in alike.values() for each in some]
        runs = describe_runs(context.experiment, levels)
        yield replace(_finding(span, list(alike)), runs=runs)


def check_idle_limits(
    context: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """Levels of the steps of an epoch at which all of it is trained: it has no more steps."""
    if factor.path not in called:
        return
    most = most_of_all(context)
    all_of_it = [each for each in factor.levels if most and _is_no_limit(each.value, most)]
    for level in all_of_it[1:]:
        yield finding(
            EQUIVALENT_LEVELS,
            level.span,
            f"the data in sight make {most} step{'s' * (most != 1)} an epoch at most, so that both "
            "levels train all of them",
            help=f"keep one of them, or take less than {most} for the other",
            labels=(Label(all_of_it[0].span, "trains the same weights"),),
        )


def most_of_all(context: Context) -> int:
    """The most steps that the data in sight make in an epoch of any run; 0 where nobody knows."""
    made = [each for _, each in _epochs(context)]
    return 0 if None in made else max((each.steps for each in made if each), default=0)


def has_as_many_samples(context: Context) -> bool:
    """Whether an epoch of each run is known to have as many samples as that of every other."""
    paths = [DATA, *referred(context, [DATA]), *samples_paths(context)]
    first = None
    for case in cases(context.experiment, paths):
        read = samples_read(CaseReader(context, case))
        if read is None or first not in (None, read):
            return False  # the files of a thousand levels need not be read
        first = read
    return first is not None


def _epochs(context: Context) -> Iterator[tuple[Case, Epoch | None]]:
    """What decides how many steps an epoch has, over all runs, with what it comes to."""
    paths = [*PATHS, *referred(context, [DATA]), *samples_paths(context)]
    for case in cases(context.experiment, paths):
        yield case, epoch(CaseReader(context, case))


def _is_no_limit(value: Value, most: int) -> bool:
    return value is None or (is_count(value) and int(str(value)) >= most)


def _place(context: Context, found: Epoch, case: Case) -> Span:
    """The line that decides first that there are too few."""
    if not found.files:
        return context.sections["samples"]
    keys: list[Path] = [ACCUMULATION] if found.batches else []
    keys += [BATCH, *([(*DATA, "packed")] if found.packed else [])]
    of_data = ["split", "data_files"] if found.samples < found.all else ["data_files", "split"]
    keys += [(*DATA, each) for each in of_data]
    origin = next(((key, o) for key in keys if (o := case.origin(key)) is not None), None)
    return context.start if origin is None else context.place(*origin)


def _finding(span: Span, found: list[Epoch]) -> Diagnostic:
    """What is too few at one place: with a full batch everywhere, or nowhere."""
    batches, items = (
        min(each) for each in zip(*((e.batches, e.items) for e in found), strict=True)
    )
    takes, help = "", f"lower `batch_size` to at most {items}"
    if not found[0].files:
        help += ", or correct `samples`"
    if batches:
        help = f"lower `gradient_accumulation_steps` to at most {batches}, or `batch_size`"
        steps = either([str(n) for n in sorted({each.accumulation for each in found})])
        takes = f", and a step takes {steps} (`gradient_accumulation_steps`)"
    return finding(
        NO_STEPS,
        span,
        f"{_counts(found)}{takes}: no optimizer step is taken, and the run ends with the weights "
        "that it began with",
        help=help,
    )


def _counts(found: list[Epoch]) -> str:
    """What each makes of its samples, in one breath where only the name of its file differs."""
    told: dict[Epoch, list[Epoch]] = {}
    for each in found:
        alike = replace(each, accumulation=1, files=each.files if len(each.files) > 1 else ())
        told.setdefault(alike, []).append(each)
    said = [_count(alike) for alike in told.values()]
    more = [f"{len(said) - _TOLD} more have too few"] if len(said) > _TOLD else []
    return "; ".join(said[:_TOLD] + more)


def _count(alike: list[Epoch]) -> str:
    one = alike[0]
    made = f"{one.batches} full batch{'' if one.batches == 1 else 'es'} of {one.batch}"
    if one.packed:
        made = f"at most {one.items} packs, and {made}"
    if not one.files:
        return f"{one.samples} samples make {made}"
    sets = list(dict.fromkeys(each.files for each in alike))
    names = ", ".join(f"`{name}`" for name in sets[0])
    if len(sets) > 1:
        names = listed([files[0] for files in sets])
    has = "has" if len(sets) == len(sets[0]) == 1 else "have"
    each_of = " each" if len(sets) > 1 else ""
    some = f", of which {one.samples} are taken" if one.samples < one.all else ""
    return f"{names} {has} {one.all} samples{each_of}{some}, which makes {made}"
