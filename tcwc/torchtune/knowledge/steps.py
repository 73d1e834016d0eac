"""Optimizer steps that can be counted: from files of data that lie beside the experiment."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

from tcwc.config.merge import lookup
from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, Value
from tcwc.model.rules import NO_STEPS
from tcwc.torchtune.keys import SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.known import catalogue

_SOME = 5
"""Fewer samples show what the data look like, and are not those that are trained on."""
_DATA: Path = ("dataset",)
_FILES = "data_files"
_BATCH, _ACCUMULATION = ((key,) for key in SAMPLES_OF_A_STEP)


@dataclass(frozen=True, slots=True)
class _Too:
    """Too few samples for one step: what is read, how many there are, and what a step takes."""

    files: str
    samples: int
    batch: int
    accumulation: int


def check_no_steps(context: Context) -> Iterator[Diagnostic]:
    """Runs whose data in sight are fewer samples than one optimizer step takes."""
    if not _counts(context):
        return
    met: dict[_Too, list[Levels]] = {}
    first: dict[_Too, Case] = {}
    for case in cases(context.experiment, [_DATA, _BATCH, _ACCUMULATION]):
        found = _too_few(context, case)
        if found is not None:
            met.setdefault(found, []).append(case.levels)
            first.setdefault(found, case)
    for found, levels in met.items():
        runs = describe_runs(context.experiment, levels)
        yield replace(_finding(context, found, first[found]), runs=runs)


def _counts(context: Context) -> bool:
    """Whether a recipe leaves out a batch that is not full, and steps once in so many batches."""
    recipes = catalogue(context).relations("whole_batches")[0]["recipes"]
    return context.text_of is not None and context.experiment.recipe in recipes


def _too_few(context: Context, case: Case) -> _Too | None:
    batch, accumulation = case.value(_BATCH), case.value(_ACCUMULATION)
    known = _in_sight(context, case.value(_DATA))
    if known is None or not _is_count(batch) or not _is_count(accumulation):
        return None
    files, samples = known
    assert isinstance(batch, int)
    assert isinstance(accumulation, int)
    if samples < _SOME or samples // batch // accumulation:
        return None
    # Without a full batch it does not matter how many make a step.
    return _Too(files, samples, batch, accumulation if samples // batch else 0)


def _is_count(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _finding(context: Context, found: _Too, case: Case) -> Diagnostic:
    batches = found.samples // found.batch
    made = f"{batches} full batch{'' if batches == 1 else 'es'} of {found.batch}"
    help = f"lower `batch_size` to at most {found.samples}"
    if batches:
        help = f"lower `gradient_accumulation_steps` to at most {batches}, or `batch_size`"
        made += f", and a step takes {found.accumulation} (`gradient_accumulation_steps`)"
    keys = (*([_ACCUMULATION] if batches else []), _BATCH, (*_DATA, _FILES))
    origin = next(((key, o) for key in keys if (o := case.origin(key)) is not None), None)
    span = context.start if origin is None else context.place(*origin)
    has = "has" if "," not in found.files else "have"
    return finding(
        NO_STEPS,
        span,
        f"{found.files} {has} {found.samples} samples, which makes {made}: no optimizer step is "
        "taken, and the run ends with the weights that it began with",
        help=help,
    )


def _in_sight(context: Context, section: Value) -> tuple[str, int] | None:
    """The files of a data set, and how many samples they have at most; None where nobody knows."""
    if not isinstance(section, dict) or section.get("packed") not in (None, False):
        return None
    files, source = section.get(_FILES), section.get("source")
    names = [files] if isinstance(files, str) else files
    if not isinstance(names, list) or not names or not isinstance(source, str):
        return None
    field = lookup(section, ("field",))[1]
    total = 0
    for name in names:
        text = _text(context, name)
        count = None if text is None else _samples(text, source, field)
        if count is None:
            return None
        total += count
    return ", ".join(f"`{name}`" for name in names), total


def _text(context: Context, name: Value) -> str | None:
    if not isinstance(name, str) or any(each in name for each in "*?[${") or name[:1] in "/~\\":
        return None
    return context.text_of(name) if context.text_of is not None else None


def _samples(text: str, source: str, field: Value) -> int | None:
    """The samples of a file, as `datasets` reads it."""
    if source == "json":
        return _of_json(text, field)
    if source == "csv":
        return max(0, sum(1 for row in csv.reader(text.splitlines()) if row) - 1)
    return len(text.splitlines()) if source == "text" else None


def _of_json(text: str, field: Value) -> int | None:
    try:
        read = json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        # Not one document: an object a line.
        return len(lines) if lines and all(line.lstrip()[:1] == "{" for line in lines) else None
    if isinstance(field, str) and isinstance(read, dict):
        read = read.get(field)
    return len(read) if isinstance(read, list) else None
