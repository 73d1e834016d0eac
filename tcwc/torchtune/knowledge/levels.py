"""Checks of the levels of one variable: alike in effect, moving as one, or spaced badly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

from tcwc.config.canonical import canonical_json
from tcwc.config.walk import is_number
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Factor, Path, Value, format_path
from tcwc.model.rules import EQUIVALENT_LEVELS, EVEN_RATES, MOVES_TOGETHER
from tcwc.torchtune.keys import SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.known import catalogue

_MAX_KEYS = 30

_DECADE = 10
_EVEN = 1.1
"""Up to this ratio steps count as equal: 1e-5, 2.5e-4, 5e-4 is an even spacing, rounded."""

_PAIRED = (
    frozenset(("lora_rank", "lora_alpha")),
    frozenset(SAMPLES_OF_A_STEP),
)
"""Keys that are moved together on purpose: their ratio or product is what stays."""


def check_equivalent(
    _: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """Levels of the norm of gradients that are written differently and do the same."""
    if factor.path not in called:
        return
    unclipped = [level for level in factor.levels if level.value in (None, float("inf"), "inf")]
    for level in unclipped[1:]:
        yield finding(
            EQUIVALENT_LEVELS,
            level.span,
            "`clip_grad_norm` inf clips nothing, as null does: it only logs the norm",
            help="keep inf for the runs without clipping, and remove null",
            labels=(Label(unclipped[0].span, "trains the same weights"),),
        )


def check_together(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Numbers that differ in the same way over all levels, so that neither's effect shows."""
    if factor.is_arm:
        return  # which says that its keys move together
    columns = _columns(factor)
    if any(path[-1] == "_component_" for path in columns) or len(columns) < 2:
        return
    alike = [
        (a, b)
        for a, b in combinations(list(columns)[:_MAX_KEYS], 2)
        if len(set(zip(columns[a], columns[b], strict=True)))
        == len(set(columns[a]))
        == len(set(columns[b]))
        and frozenset((a[-1], b[-1])) not in _PAIRED
        and not _belong_together(context, a, b)
    ]
    if alike:
        a, b = alike[0]
        yield finding(
            MOVES_TOGETHER,
            factor.span,
            f"`{format_path(a)}` and `{format_path(b)}` change together in every level of "
            f"`{factor.name}`, so a difference cannot be told to be of one or the other",
            help="vary them as two variables, or add levels in which only one of them changes",
        )


def _belong_together(context: Context, one: Path, other: Path) -> bool:
    """Whether two keys say one thing together: a folder and its files, a data set and its part."""
    if one[:1] != other[:1]:
        return False
    classes = {context.catalogue.key_class(format_path(path)) for path in (one, other)}
    if classes == {"location"}:
        return True
    named = [{str(key) for key in path if isinstance(key, str)} for path in (one, other)]
    groups = (set(each["keys"]) for each in catalogue(context).relations("belong_together"))
    return any(group & named[0] and group & named[1] for group in groups)


def check_even_rates(
    _: Context, factor: Factor, called: Mapping[Path, Path]
) -> Iterator[Diagnostic]:
    """Learning rates at equal distances over more than a decade: nearly all near the upper end."""
    rates = sorted(_positive(level.value) for level in factor.levels)
    if factor.path not in called or not rates[0]:
        return
    steps = [high - low for low, high in pairwise(rates)]
    if rates[-1] <= _DECADE * rates[0] or max(steps) > _EVEN * min(steps):
        return
    ratio = rates[-1] / rates[0]
    better = [rates[0] * ratio ** (n / len(steps)) for n in range(len(rates))]
    yield finding(
        EVEN_RATES,
        factor.span,
        f"the levels of `{factor.name}` lie at equal distances from {rates[0]:g} to {rates[-1]:g}, "
        f"so the lowest two differ {rates[1] / rates[0]:.3g}-fold and the highest two "
        f"{rates[-1] / rates[-2]:.3g}-fold",
        help=f"space them by a factor: [{', '.join(f'{rate:.2g}' for rate in better)}]",
    )


def _positive(value: Value) -> float:
    """A positive number; 0 for all else."""
    return max(0.0, float(value)) if is_number(value) else 0.0


def _columns(factor: Factor) -> dict[Path, list[str]]:
    """The values that each path takes over the levels, of those that all levels set and vary."""
    made = [{a.path: canonical_json(a.value) for a in level.assignments} for level in factor.levels]
    columns = {path: [each[path] for each in made] for path in made[0] if _in_all(path, made)}
    return {path: column for path, column in columns.items() if len(set(column)) > 1}


def _in_all(path: Path, made: list[dict[Path, str]]) -> bool:
    return all(path in each for each in made)
