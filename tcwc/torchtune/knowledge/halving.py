"""Why a training gives another result with half the batch at twice the accumulation."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.known import Knowledge, Recipe
from tcwc.model.training import Beside
from tcwc.model.values import Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.length import samples_in, value_in

_LIMIT = "max_steps_per_epoch"


def halved(
    config: dict[str, Value], name: str, recipe: Recipe | None, known: Knowledge, beside: Beside
) -> Iterator[str]:
    """What makes the result another one; nothing where it is the same but for rounding.

    Of recipes of one's own nothing is known, which is said.
    """
    assert isinstance(known, Catalogue)
    table = known.entries("training")
    if recipe is None or known.recipe(name) is None or name not in table:
        yield f"what {name} makes of an accumulation is not known"
        return
    if why := table[name].get("halved"):
        yield str(why)
    for key, why in table["*"]["halved"].items():
        if value_in(config, key):
            yield f"`{key}`: {why}"
    yield from _left_over(config, beside)


def _left_over(config: dict[str, Value], beside: Beside) -> Iterator[str]:
    """What is said of the samples at the end of an epoch that fill no batch: recipes drop them, or
    take half of them into the next epoch (`drop_last=True`; steps are counted by `idx + 1`)."""
    batch, accumulation = (value_in(config, key) or 1 for key in SAMPLES_OF_A_STEP)
    samples, limit = samples_in(config, beside), value_in(config, _LIMIT)
    if not (isinstance(batch, int) and isinstance(accumulation, int)):
        return
    step = batch * accumulation
    if samples is None:
        yield (
            f"unless the samples of each process are a multiple of {step}, or `{_LIMIT}` ends an "
            "epoch before, the last ones fill no step, and others are left over (`samples:` says "
            "how many there are)"
        )
        return
    own = -(-samples // beside.world)
    if own % step and not (isinstance(limit, int) and limit <= own // step):
        yield (
            f"an epoch of {own:,} samples is no multiple of {step}: the last ones fill no step, "
            "and others are left over"
        )
