"""Checks of what an experiment compares: its variables, its constants, its random numbers.

The cheap ones are here, since every lint runs them. What few experiments need is imported where a
variable or constant calls for it: levels, effects, confounds, families.
"""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.merge import lookup
from tcwc.lint.assigned import assignments, paths_of, stated
from tcwc.lint.context import Context
from tcwc.lint.stopwatch import timed
from tcwc.model.diagnostics import Diagnostic, Label, Severity, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Experiment, Factor, Op, Path, format_path, overlap
from tcwc.model.rules import (
    DROPPED_CONTROL,
    ENGINEERING_VARIABLE,
    OTHER_MODEL_TYPE,
    OTHER_TOKENIZER,
    OUTPUT_VARIABLE,
    SCIENCE_AS_ENGINEERING,
    SEED_UNSET,
    SHARED_CHECKPOINT,
    SINGLE_LEVEL,
)

EFFECTS = frozenset(["seed", "dtype"])
"""Last segments of the keys that effects.py knows something of; `teacher_*` sections too."""

CONFOUNDS = {
    "lora_rank": "lora_alpha",
    "batch_size": "gradient_accumulation_steps",
    "gradient_accumulation_steps": "batch_size",
    "epochs": "",
    "max_steps_per_epoch": "",
    "max_seq_len": "",
    "_component_": "",
}
"""Last segments of the keys that confounds.py knows something of, each with the key beside it that
answers, where the author states it; data, and an optimizer as a whole, too."""

_SWEEP = 4
"""Runs from which on a base's own `seed: null` is mentioned: fewer are a trial, no study."""

_OUTPUTS = ("output_dir", "log_dir")
_BATCH = ("batch_size", "gradient_accumulation_steps")


def check_comparison(context: Context) -> Iterator[Diagnostic]:
    """Findings about an experiment that is otherwise free of errors."""
    experiment = context.experiment
    if not experiment.factors:
        return
    watch = context.watch
    yield from timed(watch, _single_levels(experiment), SINGLE_LEVEL)
    yield from timed(watch, _idle_variables(context), OUTPUT_VARIABLE, ENGINEERING_VARIABLE)
    yield from timed(watch, _engineering(context), SCIENCE_AS_ENGINEERING)
    yield from timed(watch, _dropped(experiment), DROPPED_CONTROL)
    yield from timed(watch, _seed(context), SEED_UNSET)
    yield from _further(context)


def _further(context: Context) -> Iterator[Diagnostic]:
    """The checks that only some variables and constants call for."""
    experiment, watch = context.experiment, context.watch
    varied = {path: None for factor in experiment.factors for path in paths_of(factor)}
    last = {path[-1] for path in varied}
    rich = not experiment.cells.is_grid or any(_rich(f) or _rates(f) for f in experiment.factors)
    if rich or "clip_grad_norm" in last:
        from tcwc.lint.checks.levels import check_levels

        yield from check_levels(context)
    if last & EFFECTS or any(str(path[0]).startswith(("teacher_", "kd_")) for path in varied):
        from tcwc.lint.checks.effects import check_effects

        yield from check_effects(context)
    if any(_may_confound(experiment, path) for path in varied):
        from tcwc.lint.checks.confounds import check_confounds

        yield from check_confounds(context)
    if any(_resizes(each) for each in assignments(experiment)):
        from tcwc.lint.checks.shapes import check_shapes

        yield from check_shapes(context)
    if any(_names_family(each) for each in assignments(experiment)):
        from tcwc.lint.checks.families import check_families

        families = check_families(context)
        yield from timed(watch, families, OTHER_TOKENIZER, OTHER_MODEL_TYPE, SHARED_CHECKPOINT)


def _may_confound(experiment: Experiment, path: Path) -> bool:
    if path[0] == "dataset" or path == ("optimizer",):
        return True
    answer = CONFOUNDS.get(str(path[-1]))
    return answer is not None and not (answer and stated(experiment, (*path[:-1], answer)))


def _rich(factor: Factor) -> bool:
    """Whether levels of a factor do more than to set its path to a plain value."""
    return any(
        len(level.assignments) != 1
        or level.assignments[0].op is not Op.SET
        or level.assignments[0].path != factor.path
        or (isinstance(level.value, str) and "${" in level.value)
        for level in factor.levels
    )


def _rates(factor: Factor) -> bool:
    """Whether a variable has as many learning rates as levels.py looks at."""
    return len(factor.levels) > 3 and factor.path[-1] == "lr"


def _names_family(assignment: Assignment) -> bool:
    """Whether an assignment has to do with which model it is, and what must fit it."""
    first, last = assignment.path[0], assignment.path[-1]
    if last == "model_type":
        return True
    if first not in ("model", "tokenizer", "checkpointer"):
        return False
    return last in ("_component_", "checkpoint_dir") or len(assignment.path) == 1


def _resizes(assignment: Assignment) -> bool:
    """Whether an assignment may change the shapes of a model's weights."""
    first, last = str(assignment.path[0]), str(assignment.path[-1])
    return first.endswith("model") and not last.startswith(("lora_", "apply_lora_", "_"))


def _single_levels(experiment: Experiment) -> Iterator[Diagnostic]:
    for factor in experiment.factors:
        if factor.size == 1 == len(factor.levels) and factor.when is None:
            yield finding(
                SINGLE_LEVEL,
                factor.span,
                f"the variable `{factor.name}` has one level, so nothing is compared over it",
                help="give it a second level, or write it under `controls:`",
            )


def _idle_variables(context: Context) -> Iterator[Diagnostic]:
    """Variables that cannot change what is learnt: they are about the machine, or about places."""
    key_class = context.catalogue.key_class
    for factor in context.experiment.factors:
        paths = list(paths_of(factor))
        if len(factor.levels) < 2 or not paths:
            continue
        if all(path[-1] in _OUTPUTS and len(path) < 3 for path in paths):
            if context.experiment.isolate_outputs:
                yield finding(
                    OUTPUT_VARIABLE,
                    factor.span,
                    f"the variable `{factor.name}` is a place to write to, and each run has one "
                    "of its own already, so its levels repeat every other run",
                    help="remove it; `isolate_outputs: false` leaves the directories to you",
                )
            continue
        named = [format_path(path) for path in paths]
        if all(key_class(name) == "engineering" for name in named):
            reasons = [context.catalogue.key_reason(name) for name in named]
            if any(context.experiment.recipe in reason.unlike for reason in reasons):
                continue
            yield finding(
                ENGINEERING_VARIABLE,
                factor.span,
                f"the variable `{factor.name}` is about how a run is executed "
                f"({reasons[0].why}): its levels train the same weights but for rounding, so "
                f"every other run is done {len(factor.levels)} times over",
                help="write it under `engineering:`; keep it if speed or memory is what is tested",
            )


def _engineering(context: Context) -> Iterator[Diagnostic]:
    """Constants under `engineering` that change what is learnt."""
    experiment, recipe = context.experiment, context.recipe
    if recipe is None or not experiment.engineering:
        return
    same_batch = _keeps_batch(experiment)
    for each in experiment.engineering:
        name = format_path(each.path)
        top = str(each.path[0])
        read = any(key == top or key.startswith(f"{top}.") for key in recipe.keys)
        if same_batch and top in _BATCH:
            continue
        if read and not each.added and context.catalogue.key_class(name) == "science":
            reason = context.catalogue.key_reason(name)
            if recipe.name in reason.unlike:
                continue
            why = f" ({reason.why})" if reason.why else ""
            yield finding(
                SCIENCE_AS_ENGINEERING,
                each.key_span,
                f"`{name}` can change what a run learns{why}, and what stands under engineering "
                "is left out when runs are compared",
                help="write it under `controls:`",
            )


def _keeps_batch(experiment: Experiment) -> bool:
    """Whether another batch is accumulated to as many samples as the base's: the same sums."""
    science = {each.path: each.value for each in experiment.engineering if len(each.path) == 1}
    now = [science.get((key,)) for key in _BATCH]
    then = [experiment.base.values.get(key) for key in _BATCH]
    if not all(isinstance(each, int) for each in (*now, *then)):
        return False
    return now[0] * now[1] == then[0] * then[1]  # type: ignore[operator]  # checked above


def _dropped(experiment: Experiment) -> Iterator[Diagnostic]:
    """Constants below a section that a level replaces or deletes: they are in no such run."""
    constants = experiment.constants
    for factor in experiment.factors:
        gone = {
            each.path: None
            for level in factor.levels
            for each in level.assignments
            if each.op is not Op.SET
        }
        for each in constants:
            above = next((p for p in gone if len(p) < len(each.path) and overlap(p, each.path)), ())
            if above:
                yield finding(
                    DROPPED_CONTROL,
                    each.key_span,
                    f"`{format_path(each.path)}` is constant here, and the variable "
                    f"`{factor.name}` replaces all of `{format_path(above)}`, this line with it",
                    help="write it in each level that is meant to have it",
                    labels=(Label(factor.span, "the variable that replaces the section"),),
                )


def _seed(context: Context) -> Iterator[Diagnostic]:
    """Runs that draw other random numbers each time, beside what is compared."""
    experiment, recipe = context.experiment, context.recipe
    trains = recipe is not None and "optimizer" in recipe.keys and "seed" in recipe.keys
    if not trains or any(("seed",) in paths_of(column) for column in experiment.columns):
        return
    constants = experiment.constants
    own = next((each for each in constants if each.path == ("seed",)), None)
    value = own.value if own else lookup(experiment.base.values, ("seed",))[1]
    count = len(experiment.cells)
    if value is not None or count < (2 if own else _SWEEP):
        return
    from tcwc.lint.checks.effects import draws_random_numbers

    if not draws_random_numbers(context):
        return
    found = finding(
        SEED_UNSET,
        own.value_span if own else context.place(("seed",), None),
        "`seed` is null, so each run starts from other random numbers, and a difference between "
        "two runs may be theirs",
        help="add `seed: 1` under `controls:`, or vary it: `seed: [1, 2, 3]` under `variables:`",
    )
    yield found if own else replace(found, severity=Severity.INFO)
