"""Variables that move something else with them, which the author says nothing of.

To state the other key, as a constant or as a variable, is an answer: then nothing is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tcwc.config.merge import lookup
from tcwc.config.walk import is_number
from tcwc.lint.assigned import stated
from tcwc.lint.cases import Case, cases
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Factor, Path, Value, format_path
from tcwc.model.rules import (
    EFFECTIVE_BATCH,
    NESTED_EPOCHS,
    NUMBER_OF_STEPS,
    OPTIMIZER_ONE_RATE,
    RANK_WITHOUT_ALPHA,
    SCHEDULE_LENGTH,
)
from tcwc.torchtune.knowledge.beginning import scaled
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.torchtune.knowledge.steps import has_as_many_samples, most_of_all

_SCALE_CHANGE = 4
"""From which change of alpha / rank on it is mentioned: less is a step of a usual rate grid."""

_LARGEST = 10**300
"""What is no number of anything, and whose quotients no float holds."""

_EPOCHS: Path = ("epochs",)
_MAX_STEPS: Path = ("max_steps_per_epoch",)
_SCHEDULER: Path = ("lr_scheduler",)
_OPTIMIZER: Path = ("optimizer", "_component_")
_RATE: Path = ("optimizer", "lr")
_PACKED: Path = ("dataset", "packed")


def _values(context: Context, path: Path) -> list[Value]:
    """The different values that a path has over all runs."""
    values = (case.value(path) for case in cases(context.experiment, [path]))
    # By repr(), since lists cannot be keys, and as keys 1 and true would be one.
    return list({repr(value): value for value in values}.values())


def _numbers(context: Context, path: Path) -> list[float]:
    """The numbers that a path has over all runs; none where one is no positive number of a size."""
    values = _values(context, path)
    numbers = [float(v) for v in values if is_number(v) and 0 < v < _LARGEST]
    return sorted(numbers) if len(numbers) == len(values) else []


def check_scale(
    context: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """The scale alpha / rank of an adapter changes with its rank."""
    for rank, alpha in called.items():
        yield from _scale(context, factor, rank, alpha)


def _scale(context: Context, factor: Factor, rank: Path, alpha: Path) -> Iterator[Diagnostic]:
    ranks, alphas = _numbers(context, rank), _numbers(context, alpha)
    if not ranks or len(alphas) != 1 or ranks[-1] < _SCALE_CHANGE * ranks[0]:
        return
    low, high, held = ranks[0], ranks[-1], alphas[0]
    yield finding(
        RANK_WITHOUT_ALPHA,
        factor.span,
        f"`{format_path(alpha)}` stays at the base's {held:g}, so the scale alpha / rank of the "
        f"adapter falls from {held / low:g} to {held / high:g} as the rank goes from {low:g} to "
        f"{high:g}: a smaller step beside a larger capacity",
        help=f"{_tied(context, rank, alpha)}, or write `{format_path(alpha)}: {held:g}` under "
        "`controls:` if it is meant to stay",
    )


def _tied(context: Context, rank: Path, alpha: Path) -> str:
    """How alpha follows the rank: by the ratio that the base has, where it has one."""
    base = context.experiment.base.values
    had, held = lookup(base, rank)[1], lookup(base, alpha)[1]
    if not is_number(had) or not is_number(held) or had <= 0:
        section = format_path(rank[:-1])
        return f"set both in levels of `{section}`, [{{lora_rank: 8, lora_alpha: 16}}, ...]"
    formula = scaled(format_path(rank), had, held)
    return f"to keep the base's scale, write `{format_path(alpha)}: {formula}` under `derived:`"


def check_batch(
    context: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """The samples of an optimizer step change with what they are a product of."""
    for varied, other in called.items():
        yield from _effective_batch(context, factor, varied, other)


def _effective_batch(
    context: Context, factor: Factor, varied: Path, other: Path
) -> Iterator[Diagnostic]:
    sizes, held = _numbers(context, varied), _numbers(context, other)
    if len(sizes) < 2 or len(held) != 1:
        return
    ratio = f"{sizes[-1] / sizes[0]:g}"
    limited = _is_limited(context)
    then = (
        f"in as many steps the largest sees up to {ratio} times the data"
        if limited
        else f"the largest takes 1/{ratio} of the steps of the smallest, at the same rate"
    )
    yield finding(
        EFFECTIVE_BATCH,
        factor.span,
        f"`{format_path(other)}` stays at the base's {held[0]:g}, so the batch of an optimizer "
        f"step goes from {sizes[0] * held[0]:g} to {sizes[-1] * held[0]:g} samples, and {then}",
        help=f"vary both so that their product stays, or write `{format_path(other)}: "
        f"{held[0]:g}` under `controls:` if the larger batch is what is tested",
    )


def _is_limited(context: Context) -> bool:
    """Whether the steps of an epoch are fewer than its data may make, as far as one can see."""
    limits, made = _values(context, _MAX_STEPS), most_of_all(context)
    if made and all(each is None or (is_number(each) and each >= made) for each in limits):
        return False
    return limits != [None]


def check_length(
    context: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """Longer runs are not the shorter ones continued where the rate falls towards the end."""
    varied = _EPOCHS if _EPOCHS in called else _MAX_STEPS
    if len(_values(context, varied)) < 2 or (varied == _MAX_STEPS and not _is_limited(context)):
        return
    recipe = context.recipe
    assert recipe is not None
    supplied = recipe.instantiates.get("lr_scheduler")
    schedulers = _values(context, _SCHEDULER)
    if supplied and "num_training_steps" in supplied.keywords and None not in schedulers:
        yield finding(
            SCHEDULE_LENGTH,
            factor.span,
            f"`{format_path(varied)}` also sets the length of the learning-rate schedule, so the "
            "shorter runs are no beginnings of the longer ones: each decays over its own length",
            help="compare them as whole recipes; for the effect of training longer, evaluate the "
            "longest run's checkpoints, one an epoch",
        )
    elif varied == _EPOCHS and not any(schedulers) and _repeats_itself(context):
        longest = max(_numbers(context, _EPOCHS), default=0)
        yield finding(
            NESTED_EPOCHS,
            factor.span,
            "the rate is constant, so the runs with fewer epochs are the beginnings of the "
            "longest, which saves its weights after each epoch as well",
            help=f"write `epochs: {longest:g}` under `controls:` and evaluate its folders "
            "epoch_0, epoch_1, ...",
        )


def _repeats_itself(context: Context) -> bool:
    """Whether a recipe gave the same bytes for the same epochs, whatever followed them."""
    known = catalogue(context).relations("nested_epochs")
    return any(context.experiment.recipe in each["recipes"] for each in known)


def check_steps(
    context: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """Other data, or other packing, is another number of steps."""
    experiment = context.experiment
    data = [path for path in called if path[0] == "dataset"]
    packed = any(_values(context, _PACKED))
    length = [path for path in called if path[0] != "dataset" and packed]
    if not (data or length) or stated(experiment, _MAX_STEPS):
        return
    if _values(context, _MAX_STEPS) != [None] or has_as_many_samples(context):
        return
    path = (data or length)[0]
    yield finding(
        NUMBER_OF_STEPS,
        factor.span,
        f"an epoch has another number of steps for each `{format_path(path)}`, so runs differ in "
        "how long they train, and in the length of a schedule, as well",
        help="hold the number of steps by `max_steps_per_epoch:` under `controls:`, or write "
        "`max_steps_per_epoch: null` there if whole epochs are meant",
    )


def check_one_rate(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Optimizers of different kinds at one learning rate."""
    rates: dict[str, Value] = {}
    kinds: dict[str, str] = {}
    for case in cases(context.experiment, [_OPTIMIZER, _RATE]):
        name = _optimizer(case)
        if name is None:
            return
        rates[repr(case.value(_RATE))] = case.value(_RATE)
        kinds.setdefault(_kind(name), name)
    if len(rates) == 1 and len(kinds) > 1:
        one, other = [name.rpartition(".")[2] for name in kinds.values()][:2]
        rate = next(iter(rates.values()))
        yield finding(
            OPTIMIZER_ONE_RATE,
            factor.span,
            f"{one} and {other} are compared at one learning rate, {rate}, which cannot suit both, "
            "so the better one is the one that the rate suits",
            help="give each level its own `lr`, or vary `optimizer.lr` as well and compare the "
            "best of each",
        )


def _optimizer(case: Case) -> str | None:
    there, value = lookup(case.config, _OPTIMIZER)
    return value if there and isinstance(value, str) and "${" not in value else None


def _kind(name: str) -> str:
    """The algorithm: 8-bit, paged and fp8 variants, and decoupled decay, need the same rates."""
    last = name.rpartition(".")[2].lower().removeprefix("paged")
    bare = re.sub(r"(\d+bit|fp8)$", "", last)
    return "adam" if bare in ("adamw", "nadam", "radam", "adamax", "_adamw") else bare
