"""Balance and orthogonality in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from tcwc.design.balance import Pair, is_judged
from tcwc.model.ir import Factor
from tcwc.model.words import how_many
from tcwc.report.plan import Plan, few, level_texts, read_by_conditions

_PAIRS = 8
"""Pairs of factors that are spelled out."""


def balance_lines(plan: Plan, everything: bool) -> Iterator[str]:
    """What a reader of the design has to know before effects are compared."""
    design, counted = plan.experiment.design, plan.balance
    judged = [(at, factor) for at, factor in plan.factors if is_judged(factor)]
    if not judged or not counted.runs:
        return
    faults = [*_unbalanced(plan, judged), *_entangled(plan, everything)]
    together = [_zipped(plan, pair) for pair in counted.pairs if pair.zipped]
    if faults:
        yield from faults
    else:
        every = "every pair of factors" + (" that was counted" if counted.uncounted else "")
        yield "each level of a factor occurs equally often" + (
            f", and {every} is orthogonal" if len(judged) > 1 else ""
        )
    yield from together
    drawn = [factor.name for _, factor in plan.factors if not is_judged(factor)]
    if drawn:
        yield f"drawn from a range, so not judged: {', '.join(drawn)}"
    if design.rows:
        yield f"not counted in this: {how_many(len(design.rows), 'included run')}"


def _unbalanced(plan: Plan, judged: Sequence[tuple[int, Factor]]) -> Iterator[str]:
    for at, factor in judged:
        counts = plan.balance.levels[at]
        texts = level_texts(factor, plan.experiment.target.component)
        of = {level: counts.get(level, 0) for level in range(factor.size)}
        met = [level for level, n in of.items() if n]
        if len(met) == 1 and factor.size > 1:
            yield f"{factor.name} is {texts[met[0]]} wherever it is set: it is not varied"
            continue
        if len(met) < factor.size:
            never = few([texts[level] for level, n in of.items() if not n], everything=False)
            yield f"no run has {factor.name}={', '.join(never)}"
        fewest, most = min(filter(None, of.values()), default=0), max(of.values())
        if fewest != most:
            span = f"{fewest:,} to {how_many(most, 'run')} a level"
            yield f"{factor.name} is not balanced: {span}"


def _entangled(plan: Plan, everything: bool) -> list[str]:
    """The pairs of factors that are not orthogonal, the most entangled first."""
    pairs = _not_orthogonal(plan)
    conditional = read_by_conditions(plan.experiment)
    shown = pairs if everything else pairs[:_PAIRS]
    lines = [_entangled_pair(plan, pair, conditional) for pair in shown]
    if len(shown) < len(pairs):
        more = how_many(len(pairs) - len(shown), "more pair")
        lines.append(f"... and {more} of factors not orthogonal (-v)")
    return lines


def _not_orthogonal(plan: Plan) -> list[Pair]:
    found = [pair for pair in plan.balance.pairs if pair.table is not None and not pair.zipped]
    return sorted(found, key=lambda pair: -plan.balance.association(pair))


def _entangled_pair(plan: Plan, pair: Pair, conditional: set[tuple[int, int]]) -> str:
    counted, (one, other) = plan.balance, names(plan, pair)
    if (pair.first, pair.second) in conditional:
        return f"{one} and {other} are not orthogonal: where {other} is set depends on {one}"
    if len(pair.table or ()) == len(counted.levels[pair.first]) == len(counted.levels[pair.second]):
        return f"{one} and {other} change together only: their effects cannot be told apart"
    follows = counted.follows(pair)
    if follows is not None:
        follower, leader = (plan.experiment.factors[at].name for at in follows)
        return f"{follower} follows from {leader}: the effect of {follower} cannot be told apart"
    strength = counted.association(pair)
    # 0.00 would read as if they were orthogonal.
    said = f"Cramer's V {strength:.2f}" if strength >= 0.005 else "Cramer's V below 0.01"
    return f"{one} and {other} are not orthogonal ({said}): {_how(plan, pair)}"


def _how(plan: Plan, pair: Pair) -> str:
    """How the pairs of levels of two factors are not what they would be if orthogonal."""
    table, rows, columns = pair.table or {}, *map(plan.balance.levels.__getitem__, _at(pair))
    pairs = len(rows) * len(columns)
    if len(table) == pairs:
        fewest, most = min(table.values()), max(table.values())
        return f"a pair of levels is in {fewest:,} to {how_many(most, 'run')}"
    ordered = (sorted(each, key=unset_last) for each in (rows, columns))
    absent = next(levels for levels in product(*ordered) if levels not in table)
    texts = (level_name(plan, at, level) for at, level in zip(_at(pair), absent, strict=True))
    never = f"{pairs - len(table):,} of {pairs:,} pairs of levels in no run"
    return f"{never}, such as {' with '.join(texts)}"


def _zipped(plan: Plan, pair: Pair) -> str:
    one, other = names(plan, pair)
    return f"{one} and {other} advance together on purpose: their effects are one"


def _at(pair: Pair) -> tuple[int, int]:
    return pair.first, pair.second


def names(plan: Plan, pair: Pair) -> tuple[str, str]:
    """The names of a pair's factors."""
    factors = plan.experiment.factors
    return factors[pair.first].name, factors[pair.second].name


def unset_last(level: int | None) -> tuple[bool, int]:
    """A key by which levels are sorted, what is not set behind them."""
    return level is None, level or 0


def level_name(plan: Plan, at: int, level: int | None) -> str:
    """ "lora_rank=8", or that it is not set."""
    factor = plan.experiment.factors[at]
    if level is None:
        return f"{factor.name} not set"
    return f"{factor.name}={level_texts(factor, plan.experiment.target.component)[level]}"
