"""What to begin an experiment on a shipped config with: what people vary, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.merge import lookup
from tcwc.config.walk import is_number, leaves
from tcwc.model.arguments import arguments
from tcwc.model.beginning import Beginning, Following, Tried
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Knowledge, Recipe, ShippedConfig
from tcwc.torchtune.keys import COMPONENT

_RANK, _ALPHA = "lora_rank", "lora_alpha"
_SMALL = 16
"""Ranks below which twice as much is as cheap as half."""
_FACTORS = (
    (("loss", "beta"), "how far the model may go from its reference"),
    (("kd_ratio",), "how much of the loss is the teacher's"),
    (("optimizer", "lr"), "the base's, half and twice that"),
)
"""Keys of which half and twice the base's value are worth trying, with what they are."""
_MOST = 1.0
"""What a share may not be above: the teacher's part of the loss."""
_KNOWN = (
    *("epochs", "max_steps_per_epoch", "batch_size", "gradient_accumulation_steps"),
    *("tasks", "limit", "prompt", "max_new_tokens", "temperature"),
)
"""Keys of recipes that nearly everybody sets one day."""
_DATA: tuple[tuple[str, Value], ...] = (
    ("dataset.source", "json"),
    ("dataset.data_files", "data/train.json"),
)


def beginning(config: ShippedConfig, recipe: Recipe | None, known: Knowledge) -> Beginning:
    """What to vary of a shipped config, and which of its constants to know of."""
    values = config.values
    ranks = list(_ranks(values))
    variables = [*(_of_rank(*each) for each in ranks if len(ranks) == 1), *_of_factors(values)]
    if any(each.key != _RANK and each.key.endswith(("beta", "kd_ratio")) for each in variables):
        variables.sort(key=lambda each: each.key == _RANK)  # what the method is about goes first
    ties = [_tie(*each) for each in ranks if len(ranks) == 1]
    return Beginning(
        tuple(variables),
        tuple(ties),
        tuple(_seed(values, recipe)),
        tuple((key, values[key]) for key in _KNOWN if key in values),
        _DATA if _takes_files(values, known) else (),
    )


def _ranks(values: dict[str, Value]) -> Iterator[tuple[int, Value]]:
    """Each rank of adapters of a config, with the alpha beside it."""
    for path, value in leaves(values):
        if path[-1] == _RANK and isinstance(value, int) and value > 1:
            yield value, lookup(values, (*path[:-1], _ALPHA))[1]


def _of_rank(rank: int, _: Value) -> Tried:
    levels = (rank // 4, rank // 2, rank) if rank >= _SMALL else (rank // 2, rank, 2 * rank)
    return Tried(_RANK, levels, f"the base has {rank}")


def _tie(rank: int, alpha: Value) -> Following:
    """alpha over rank is how strongly adapters count: what varies with the rank alone is both."""
    formula = scaled(_RANK, rank, alpha) if is_number(alpha) else f"2 * {_RANK}"
    return Following(_RANK, _ALPHA, formula, "as in the base, so that only the rank differs")


def _of_factors(values: dict[str, Value]) -> Iterator[Tried]:
    for path, why in _FACTORS:
        value = lookup(values, path)[1]
        if is_number(value) and value > 0:
            levels = (value / 2, value, value * 2)
            share = path == ("kd_ratio",) and value * 2 > _MOST
            yield Tried(format_path(path), _rounded(levels[:2] if share else levels), why)


def _rounded(levels: tuple[float, ...]) -> tuple[Value, ...]:
    return tuple(float(f"{each:.6g}") for each in levels)


def _seed(values: dict[str, Value], recipe: Recipe | None) -> Iterator[tuple[str, Value, str]]:
    read = "seed" in values or (recipe is not None and "seed" in recipe.keys)
    if read and values.get("seed") is None:
        yield "seed", 1, "the base sets none, so that each run draws its own"


def _takes_files(values: dict[str, Value], known: Knowledge) -> bool:
    """Whether the data set of a config can be read from a file of one's own."""
    path: Path = ("dataset", COMPONENT)
    name = lookup(values, path)[1]
    taken = arguments(known, name) if isinstance(name, str) else None
    return taken is not None and {"source", "data_files"} <= set(taken.named)


def scaled(name: str, rank: float, alpha: float) -> str:
    """The formula by which alpha is of a rank of some name what one alpha is of one rank."""
    ratio = alpha / rank
    if float(f"{ratio:g}") != ratio:
        return f"{name} * {alpha:g} / {rank:g}"
    return f"{ratio:g} * {name}" if ratio == int(ratio) else f"{name} * {ratio:g}"
