"""Optimizer steps that can be counted: from files of data that lie beside the experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Factor, Path, Value
from tcwc.model.rules import EQUIVALENT_LEVELS, NO_STEPS
from tcwc.torchtune.keys import SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.check import referred
from tcwc.torchtune.knowledge.data.counting import counted
from tcwc.torchtune.knowledge.known import catalogue

_DATA: Path = ("dataset",)
_FILES = "data_files"
_BATCH, _ACCUMULATION = ((key,) for key in SAMPLES_OF_A_STEP)


@dataclass(frozen=True, slots=True)
class _Too:
    """Too few samples for one step: what is read, how many are selected of how many, and what a
    step takes."""

    files: str
    samples: int
    of: int
    batch: int
    accumulation: int


def check_no_steps(context: Context) -> Iterator[Diagnostic]:
    """Runs whose data in sight are fewer samples than one optimizer step takes."""
    if not _counts(context):
        return
    met: dict[_Too, list[Levels]] = {}
    first: dict[_Too, Case] = {}
    paths: list[Path] = [_DATA, _BATCH, _ACCUMULATION]
    for case in cases(context.experiment, [*paths, *referred(context, [_DATA])]):
        found = _too_few(context, case)
        if found is not None:
            met.setdefault(found, []).append(case.levels)
            first.setdefault(found, case)
    for found, levels in met.items():
        runs = describe_runs(context.experiment, levels)
        yield replace(_finding(context, found, first[found]), runs=runs)


def check_idle_limits(
    context: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """Levels of the steps of an epoch at which all of it is trained: it has no more steps."""
    if factor.path not in called or not _counts(context):
        return
    most = 0
    paths: list[Path] = [_DATA, _BATCH, _ACCUMULATION]
    for case in cases(context.experiment, [*paths, *referred(context, [_DATA])]):
        batch, accumulation = case.value(_BATCH), case.value(_ACCUMULATION)
        known = _in_sight(context, case)
        if known is None or not (_is_count(batch) and _is_count(accumulation)):
            return
        most = max(most, known[1] // int(str(batch)) // int(str(accumulation)))
    all_of_it = [each for each in factor.levels if most and _is_no_limit(each.value, most)]
    for level in all_of_it[1:]:
        yield finding(
            EQUIVALENT_LEVELS,
            level.span,
            f"the data in sight make {most} steps an epoch at most, so that both levels train all "
            "of them",
            help=f"keep one of them, or take less than {most} for the other",
            labels=(Label(all_of_it[0].span, "trains the same weights"),),
        )


def _is_no_limit(value: Value, most: int) -> bool:
    return value is None or (_is_count(value) and int(str(value)) >= most)


def _counts(context: Context) -> bool:
    """Whether a recipe leaves out a batch that is not full, and steps once in so many batches."""
    recipes = catalogue(context).relations("whole_batches")[0]["recipes"]
    return context.text_of is not None and context.experiment.recipe in recipes


def _too_few(context: Context, case: Case) -> _Too | None:
    batch, accumulation = case.value(_BATCH), case.value(_ACCUMULATION)
    known = _in_sight(context, case)
    if known is None or not _is_count(batch) or not _is_count(accumulation):
        return None
    files, samples, of = known
    assert isinstance(batch, int)
    assert isinstance(accumulation, int)
    if not samples or samples // batch // accumulation:
        return None  # a split without any is refused
    # Without a full batch it does not matter how many make a step.
    return _Too(files, samples, of, batch, accumulation if samples // batch else 0)


def _is_count(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _finding(context: Context, found: _Too, case: Case) -> Diagnostic:
    batches = found.samples // found.batch
    made = f"{batches} full batch{'' if batches == 1 else 'es'} of {found.batch}"
    help = f"lower `batch_size` to at most {found.samples}"
    if batches:
        help = f"lower `gradient_accumulation_steps` to at most {batches}, or `batch_size`"
        made += f", and a step takes {found.accumulation} (`gradient_accumulation_steps`)"
    keys = (*([_ACCUMULATION] if batches else []), _BATCH, (*_DATA, "split"), (*_DATA, _FILES))
    origin = next(((key, o) for key in keys if (o := case.origin(key)) is not None), None)
    span = context.start if origin is None else context.place(*origin)
    has = "has" if "," not in found.files else "have"
    some = f", of which {found.samples} are taken" if found.samples < found.of else ""
    return finding(
        NO_STEPS,
        span,
        f"{found.files} {has} {found.of} samples{some}, which makes {made}: no optimizer step is "
        "taken, and the run ends with the weights that it began with",
        help=help,
    )


def _in_sight(context: Context, case: Case) -> tuple[str, int, int] | None:
    """The files of the data, how many samples are taken of them at most, and how many they have;
    None where nobody knows."""
    data, reader = case.value(_DATA), CaseReader(context, case)
    sections: list[Path] = [(*_DATA, i) for i in range(len(data))] if isinstance(data, list) else []
    found = [counted(reader, where) for where in sections or [_DATA]]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    names = [f"`{name}`" for each in known for name in each.files]
    return ", ".join(names), sum(each.samples for each in known), sum(each.all for each in known)
