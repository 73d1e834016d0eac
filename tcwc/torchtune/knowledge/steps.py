"""Optimizer steps that can be counted: from files of data that lie beside the experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.needed import samples_paths
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Factor, Path, Value
from tcwc.model.rules import EQUIVALENT_LEVELS, NO_STEPS
from tcwc.torchtune.knowledge.condition.reader import CaseReader, referred
from tcwc.torchtune.knowledge.data.epoch import (
    ACCUMULATION,
    BATCH,
    DATA,
    PATHS,
    Epoch,
    epoch,
    is_count,
)


def check_no_steps(context: Context) -> Iterator[Diagnostic]:
    """Runs whose data in sight are fewer samples than one optimizer step takes."""
    met: dict[Epoch, list[Levels]] = {}
    first: dict[Epoch, Case] = {}
    for case, found in _epochs(context):
        # A split without any samples is refused.
        if found is not None and found.samples and not found.steps:
            # Without a full batch it does not matter how many make a step.
            key = found if found.batches else replace(found, accumulation=0)
            met.setdefault(key, []).append(case.levels)
            first.setdefault(key, case)
    for found, levels in met.items():
        runs = describe_runs(context.experiment, levels)
        yield replace(_finding(context, found, first[found]), runs=runs)


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


def _epochs(context: Context) -> Iterator[tuple[Case, Epoch | None]]:
    """What decides how many steps an epoch has, over all runs, with what it comes to."""
    paths = [*PATHS, *referred(context, [DATA]), *samples_paths(context)]
    for case in cases(context.experiment, paths):
        yield case, epoch(CaseReader(context, case))


def _is_no_limit(value: Value, most: int) -> bool:
    return value is None or (is_count(value) and int(str(value)) >= most)


def _finding(context: Context, found: Epoch, case: Case) -> Diagnostic:
    batches, packed = found.batches, found.items < found.samples
    made = f"{batches} full batch{'' if batches == 1 else 'es'} of {found.batch}"
    if packed:
        made = f"at most {found.items} packs, and {made}"
    help = f"lower `batch_size` to at most {found.items}"
    if not found.files:
        help += ", or correct `samples`"
    if batches:
        help = f"lower `gradient_accumulation_steps` to at most {batches}, or `batch_size`"
        made += f", and a step takes {found.accumulation} (`gradient_accumulation_steps`)"
    if not found.files:
        return _said_so_few(context, found, made, help)
    keys: list[Path] = [ACCUMULATION] if batches else []
    keys += [BATCH, *([(*DATA, "packed")] if packed else [])]
    of_data = ["split", "data_files"] if found.samples < found.all else ["data_files", "split"]
    keys += [(*DATA, each) for each in of_data]
    origin = next(((key, o) for key in keys if (o := case.origin(key)) is not None), None)
    span = context.start if origin is None else context.place(*origin)
    has = "has" if len(found.files) == 1 else "have"
    some = f", of which {found.samples} are taken" if found.samples < found.all else ""
    return finding(
        NO_STEPS,
        span,
        f"{', '.join(f'`{name}`' for name in found.files)} {has} {found.all} samples{some}, which "
        f"makes {made}: no optimizer step is taken, and the run ends with the weights that it "
        "began with",
        help=help,
    )


def _said_so_few(context: Context, found: Epoch, made: str, help: str) -> Diagnostic:
    return finding(
        NO_STEPS,
        context.sections["samples"],
        f"{found.samples} samples make {made}: no optimizer step is taken, and the run ends with "
        "the weights that it began with",
        help=help,
    )
