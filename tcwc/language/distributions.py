"""Distributions of other programs' searches, as what is drawn here: `uniform` and `loguniform`.

Their names are W&B's (https://docs.wandb.ai/models/sweeps/sweep-config-keys), Ray's and Optuna's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from tcwc.language.calls import Meant, numbers
from tcwc.language.written import number_text

Given = Mapping[str, "str | list[str]"]

_MEANS = ("mu", "mean", "loc")
_DEVIATIONS = ("sigma", "std", "sd", "stddev")
_WEIGHTS = ("probabilities", "probability", "weights", "probs")
_REACH = 2
"""Deviations to both sides of a mean, which have 19 of 20 draws between them."""


def weights(given: Given) -> str:
    """What is lost of levels that are drawn with weights; "" where there are none."""
    word = next((each for each in _WEIGHTS if each in given), None)
    return f"`{word}` has no like here: all levels are run, or drawn alike" if word else ""


def normal(kind: str, given: Given) -> Meant | None:
    """What stands for draws around a mean; None where none are asked for."""
    ends = [next((given[w] for w in words if w in given), "") for words in (_MEANS, _DEVIATIONS)]
    found = numbers([each for each in ends if isinstance(each, str)])
    if found is None or len(found) < len(ends) or (kind and "norm" not in kind):
        return None
    mean, deviation = found
    near, far = ([mean - n * deviation, mean + n * deviation] for n in (1, _REACH))
    if "log" in kind:
        levels = [_raised(each) for each in (near[0], mean, near[1])]
        word, ends = "loguniform", [_raised(each) for each in far]
    else:
        levels = [number_text(each) for each in (near[0], mean, near[1])]
        word, ends = "uniform", [number_text(each) for each in far]
    return Meant(
        f"{{{word}: [{', '.join(map(str, ends))}]}}",
        drawn=True,
        or_else=f"[{', '.join(levels)}]",
        otherwise="for the mean and a deviation to both sides",
        note=f"nothing is drawn by a normal distribution here: this is even, within {_REACH} "
        "deviations",
    )


def logarithmic(kind: str, low: str, high: str, given: Given) -> Meant | None:
    """What is drawn evenly in the logarithm. W&B's `log_uniform` has exponents of e for its ends,
    and its `log_uniform_values` the ends themselves."""
    found = numbers([low, high])
    if found is None or kind.startswith("inv"):
        return None
    of_exponents = "log_uniform" in kind and "values" not in kind
    raised = f"{{loguniform: [{', '.join(map(_raised, found))}]}}"
    rounds = f"`q: {given['q']}` rounds the draws, which is not done here" if "q" in given else ""
    if any(each <= 0 for each in found):
        return Meant(raised, drawn=True, note=rounds) if of_exponents else None
    return Meant(
        f"{{loguniform: [{low}, {high}]}}",
        drawn=True,
        or_else=raised if of_exponents and found[0] >= 1 else "",
        otherwise="if the ends are exponents of e, as W&B has them",
        note=rounds,
    )


def _raised(exponent: Decimal) -> str:
    return number_text(Decimal(f"{math.exp(min(exponent, Decimal(100))):.3g}"))
