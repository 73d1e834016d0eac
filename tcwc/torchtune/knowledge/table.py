"""The checks that state what is true of torchtune alone; lint/table.py has the general ones."""

from __future__ import annotations

from collections.abc import Iterable

from tcwc.lint import calls
from tcwc.lint.assigned import assignments
from tcwc.lint.check import Check
from tcwc.lint.context import OF_COMPONENTS, Context
from tcwc.model import rules
from tcwc.torchtune.keys import COMPONENT, SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.torchtune.knowledge.sizes import LOADING, MODELS, SIZES


def _is_renamed(context: Context) -> bool:
    return bool(context.renamed_here)


def _says_something_of_data(context: Context) -> bool:
    """Whether the author sets anything of the data, or of what takes them."""
    if context.experiment.base.is_file:
        return True
    keys = ("dataset", "tokenizer", "collate_fn")
    return any(each.path[0] in keys for each in assignments(context.experiment))


def _trains_by_epochs(context: Context) -> bool:
    """Whether the recipe is one whose steps follow from data, batch and accumulation."""
    read = ("epochs", "max_steps_per_epoch", *SAMPLES_OF_A_STEP)
    return context.recipe is not None and all(key in context.recipe.keys for key in read)


def _related(name: str, context: Context) -> Iterable[str]:
    """The keys that a list of relations.json says something of, for the recipe."""
    recipe = context.experiment.recipe
    entries = catalogue(context).relations(name)
    return [f"{each['key']}.*" for each in entries if recipe in each["recipes"]]


# Functions of their own, not partial ones: an experiment has its target, whose rows these are in,
# and is equal to what it was pickled from.


def _without_effect(context: Context) -> Iterable[str]:
    return _related("without_effect", context)


def _within_seed_noise(context: Context) -> Iterable[str]:
    return _related("within_seed_noise", context)


_DATA = (
    "_component_",
    "source",
    "subset",
    "name",
    "split",
    "data_files",
    "data_dir",
    "filter_fn",
    "packed",
)
"""What of a dataset decides how many samples it has."""

_FITTED = frozenset((*MODELS, *LOADING, "tokenizer"))
"""Sections that are made for one family of models."""

_FIT = frozenset((COMPONENT, "vocab_size", "model_type", "checkpoint_dir", "checkpoint_files"))
"""What of them has to fit."""


def _fits_models(context: Context) -> bool:
    """Whether the author chooses a model, a tokenizer or weights."""
    experiment = context.experiment
    if experiment.base.is_file:
        return not _FITTED.isdisjoint(experiment.base.values)
    paths = (each.path for each in assignments(experiment) if each.path[0] in _FITTED)
    return any(len(path) == 1 or path[1] in _FIT for path in paths)


def _is_sampled(context: Context) -> bool:
    return context.experiment.design.sample is not None


def _names_adapted(context: Context) -> bool:
    """Whether the author lists which modules LoRA adapts."""
    return any(each.path[-1] == "lora_attn_modules" for each in assignments(context.experiment))


def _varies_a_mapping(context: Context) -> bool:
    """Whether some level of a variable is a mapping."""
    return any(
        len(level.assignments) != 1
        or isinstance(level.assignments[0].value, dict)
        or level.assignments[0].path != factor.path
        for factor in context.experiment.columns
        for level in factor.levels
    )


def _names_files(context: Context) -> bool:
    """Whether the author names files of data, in a base file of his too, or says how many samples
    there are."""
    if context.experiment.samples is not None:
        return True
    base = context.experiment.base
    if base.is_file and "data_files" in repr(base.values.get("dataset")):
        return True
    said = (each for each in assignments(context.experiment) if each.path[0] == "dataset")
    return any("data_files" in each.path or "data_files" in repr(each.value) for each in said)


CHECKS: tuple[Check, ...] = (
    Check(
        (rules.RENAMED_COMPONENT,),
        "tcwc.torchtune.knowledge.elsewhere:check_renamed",
        "variant",
        when=_is_renamed,
    ),
    Check(OF_COMPONENTS, "tcwc.torchtune.knowledge.components:check_components", "variant"),
    Check(
        (rules.WRONG_TYPE, rules.BAD_CHOICE),
        "tcwc.torchtune.knowledge.values:check_values",
        "variant",
    ),
    Check((rules.DEAD_BASE_KEY,), "tcwc.torchtune.knowledge.recipe_keys:check_dead", "whole"),
    Check(
        (rules.MISSING_KEY, rules.WRONG_RECIPE),
        "tcwc.torchtune.knowledge.recipe_keys:check_missing",
        "whole",
    ),
    Check((rules.NO_OUTPUT_DIR,), "tcwc.torchtune.knowledge.recipe_keys:check_output_dir", "whole"),
    Check(
        (), "tcwc.torchtune.knowledge.conditions:check_conditions", "values"
    ),  # their rules are data
    Check(
        (rules.TEXT_OF_NULL, rules.UNEXPANDED_PATH, rules.ODD_PATH),
        "tcwc.torchtune.knowledge.paths:check_paths",
        "values",
    ),
    Check(
        (rules.MISSING_PATH,),
        "tcwc.torchtune.knowledge.paths:check_missing",
        "values",
    ),
    Check(
        (rules.NO_STEPS,),
        "tcwc.torchtune.knowledge.steps:check_no_steps",
        "complete",
        when=_names_files,
    ),
    Check(
        (rules.SAMPLED_SEEDS,),
        "tcwc.torchtune.knowledge.effects:check_sampled_seeds",
        "variable",
        reads=("seed",),
        when=_is_sampled,
    ),
    Check(
        (
            rules.TEMPLATE_SHAPE,
            rules.SETTING_WITHOUT_EFFECT,
            rules.ODD_SOURCE,
            rules.PICTURES_DROPPED,
            rules.DOUBTFUL_DATA,
            rules.DATA_REFUSED,
            rules.ARGUMENT_REFUSED,
            rules.UNKNOWN_KEY,
            rules.DEAD_BASE_KEY,
        ),
        "tcwc.torchtune.knowledge.data.check:check_data",
        "values",
        when=_says_something_of_data,
    ),
    Check((rules.SEED_UNSET,), "tcwc.torchtune.knowledge.recipe_keys:check_seed", "compared"),
    Check(
        (rules.EQUIVALENT_LEVELS,),
        "tcwc.torchtune.knowledge.levels:check_equivalent",
        "variable",
        reads=("clip_grad_norm",),
    ),
    Check(
        (rules.EQUIVALENT_LEVELS,),
        "tcwc.torchtune.knowledge.alike:check_alike",
        "variable",
        when=_varies_a_mapping,
    ),
    Check(
        (rules.EQUIVALENT_LEVELS,),
        "tcwc.torchtune.knowledge.data.splits:check_equal_splits",
        "variable",
        reads=("dataset.split",),
    ),
    Check(
        (rules.EQUIVALENT_LEVELS,),
        "tcwc.torchtune.knowledge.steps:check_idle_limits",
        "variable",
        reads=("max_steps_per_epoch",),
        when=_names_files,
    ),
    Check(
        (rules.MOVES_TOGETHER,),
        "tcwc.torchtune.knowledge.levels:check_together",
        "variable",
        when=calls.moves_several,
    ),
    Check(
        (rules.EVEN_RATES,),
        "tcwc.torchtune.knowledge.levels:check_even_rates",
        "variable",
        reads=("*.lr",),
        levels=4,  # three may be the ends and a middle
    ),
    Check(
        (rules.INEFFECTIVE_VARIABLE,),
        "tcwc.torchtune.knowledge.effects:check_without_effect",
        "variable",
        reads=_without_effect,
    ),
    Check(
        (rules.WITHIN_SEED_NOISE,),
        "tcwc.torchtune.knowledge.effects:check_within_noise",
        "variable",
        reads=_within_seed_noise,
    ),
    Check(
        (rules.RANK_WITHOUT_ALPHA,),
        "tcwc.torchtune.knowledge.confounds:check_scale",
        "variable",
        reads=("*.lora_rank",),
        unless="lora_alpha",
    ),
    *(
        Check(
            (rules.EFFECTIVE_BATCH,),
            "tcwc.torchtune.knowledge.confounds:check_batch",
            "variable",
            reads=(varied,),
            unless=other,
            levels=1,
            when=_trains_by_epochs,
        )
        for varied, other in (SAMPLES_OF_A_STEP, SAMPLES_OF_A_STEP[::-1])
    ),
    Check(
        (rules.SCHEDULE_LENGTH, rules.NESTED_EPOCHS),
        "tcwc.torchtune.knowledge.confounds:check_length",
        "variable",
        reads=("epochs", "max_steps_per_epoch"),
        when=_trains_by_epochs,
    ),
    Check(
        (rules.NUMBER_OF_STEPS,),
        "tcwc.torchtune.knowledge.confounds:check_steps",
        "variable",
        reads=(
            "dataset",
            *(f"dataset.*.{key}" for key in _DATA),
            "tokenizer.max_seq_len",
        ),
        when=_trains_by_epochs,
    ),
    Check(
        (rules.OPTIMIZER_ONE_RATE,),
        "tcwc.torchtune.knowledge.confounds:check_one_rate",
        "variable",
        reads=("optimizer", "optimizer._component_"),
    ),
    Check(
        (rules.ADAPTER_WITHOUT_SENSE,),
        "tcwc.torchtune.knowledge.adapted:check_foreign_lists",
        "complete",
        when=_names_adapted,
    ),
    Check(
        (rules.SHARED_CHECKPOINT,),
        "tcwc.torchtune.knowledge.shapes:check_shapes",
        "complete",
        reads=(*MODELS, *(f"{model}.{size}" for model in MODELS for size in SIZES)),
    ),
    Check(
        (rules.OTHER_TOKENIZER, rules.OTHER_MODEL_TYPE, rules.SHARED_CHECKPOINT),
        "tcwc.torchtune.knowledge.families:check_families",
        "complete",
        when=_fits_models,
    ),
    Check(
        (rules.TEACHER_VOCABULARY,),
        "tcwc.torchtune.knowledge.vocabularies:check_vocabularies",
        "complete",
        when=_fits_models,
    ),
    Check(
        (rules.NOTHING_TO_RESUME, rules.LONG_EPOCH),
        "tcwc.torchtune.knowledge.resuming:check_resuming",
        "complete",
        when=calls.says_needs,
    ),
    Check(
        (rules.BAD_EVALUATION_EPOCHS, rules.EPOCHS_OF_SOME_RUNS),
        "tcwc.torchtune.knowledge.evaluated_epochs:check_epochs",
        "complete",
        when=calls.is_evaluated,
    ),
    Check(
        (
            rules.BAD_EVALUATION,
            rules.EVALUATED_NOT_KEPT,
            rules.EVALUATED_ADAPTER,
            rules.EVALUATED_FORM,
            rules.ADAPTER_WITHOUT_BASE,
        ),
        "tcwc.torchtune.knowledge.evaluable:check_weights",
        "complete",
        when=calls.is_evaluated,
    ),
    Check(
        (rules.BAD_EVALUATION,),
        "tcwc.torchtune.knowledge.evaluated:check_checkpoints",
        "complete",
        when=calls.is_evaluated,
    ),
    Check(
        (rules.BAD_EVALUATION_EPOCHS,),
        "tcwc.torchtune.knowledge.evaluated_epochs:check_known",
        "complete",
        when=calls.is_evaluated,
    ),
    Check(
        (rules.SPLIT_MODEL_ARGUMENT,),
        "tcwc.torchtune.knowledge.evaluated:check_folders",
        "complete",
        when=calls.is_evaluated,
    ),
    Check(
        (rules.CHECKPOINT_REFUSED, rules.CHECKPOINT_DOUBTFUL),
        "tcwc.torchtune.knowledge.weight_files:check_weight_files",
        "values",
        when=_fits_models,
    ),
)
"""All of them, in their order within what they need."""
