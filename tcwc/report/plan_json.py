"""A plan as JSON, in the layout of `schemas/plan.schema.json`, a line for each member and run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.builds.matching import run_id
from tcwc.config.canonical import flow, json_string
from tcwc.design.balance import Pair, is_judged
from tcwc.design.product import Grid
from tcwc.model.design import Formula, LeftOut
from tcwc.model.ir import Experiment, Factor, Value, format_path
from tcwc.model.printable import printable_json
from tcwc.model.secrets import masked_value
from tcwc.report.json_text import masked_parts
from tcwc.report.plan import Plan, PlanFormat, Planned, Since, constants, is_drawn, values_of

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""


def json_pieces(plan: Plan, numbers: Sequence[int], version: str) -> Iterator[str]:
    """The pieces of the document; `numbers` are those in the runs' ids, in design order."""
    head = _head(plan, version)
    yield "{\n"
    for key, value in head.items():
        yield f"  {json_string(key)}: {flow(masked_parts(value))},\n"
    yield '  "runs": ['
    for index, run in enumerate(_runs(plan.experiment, numbers)):
        yield f"{',' if index else ''}\n    {flow(masked_parts(run))}"
    yield "\n  ]\n}\n"


def _head(plan: Plan, version: str) -> dict[str, Value]:
    experiment = plan.experiment
    design = experiment.design
    return {
        "format": FORMAT,
        "tool": {"name": "tcwc", "version": version},
        "experiment": experiment.name,
        "base": experiment.base.name,
        "recipe": experiment.recipe,
        "torchtune": experiment.version,
        "counts": _counts(experiment),
        "factors": [_factor(plan, at, each) for at, each in enumerate(experiment.factors)],
        "derived": [
            {
                "path": (path := format_path(each.path)),
                "expression": masked_value(path, each.formula.text),
            }
            for each in design.derived
        ],
        "zips": [[experiment.factors[at].name for at in each.factors] for each in design.zips],
        "exclude": [each.text for each in design.exclude],
        "pairs": [_pair(plan, each) for each in plan.balance.pairs],
        **({"pairs_not_counted": more} if (more := plan.balance.uncounted) else {}),
        "controls": dict(constants(experiment.controls)),
        **_conditional(experiment),
        "engineering": dict(constants(experiment.engineering)),
        **_evaluations(experiment),
        "names": {word: format_path(path) for word, path in experiment.names.items()},
        "since_last_build": _since(plan.since),
    }


def _conditional(experiment: Experiment) -> dict[str, Value]:
    """The constants of some runs, by condition; nothing where there are none."""
    made: dict[str, Value] = {
        each.name: dict(constants(each.levels[0].assignments)) for each in experiment.conditional
    }
    return {"controls_when": made} if made else {}


def _evaluations(experiment: Experiment) -> dict[str, Value]:
    """How the runs are evaluated; nothing where they are not."""
    made: list[Value] = [
        {
            "name": each.name,
            "with": each.tool,
            "settings": {key: masked_value(key, value) for key, value in each.settings.items()},
            "epochs": each.epochs if isinstance(each.epochs, str) else list(each.epochs),
            "baseline": each.baseline,
            "checkpoints": dict(each.checkpoints),
        }
        for each in experiment.evaluations
    ]
    return {"evaluations": made} if made else {}


def _counts(experiment: Experiment) -> dict[str, Value]:
    design = experiment.design
    grid = Grid.of(design)
    drawn = is_drawn(experiment)
    left_out = experiment.left_out or LeftOut()
    return {
        "runs": len(experiment.cells),
        "axes": None if drawn else [axis.size for axis in grid.axes],
        "combinations": None if drawn else grid.size,
        "repeated": left_out.repeated,
        "excluded": left_out.excluded,
        "sample": {"size": s.size, "seed": s.seed} if (s := design.sample) else None,
        "included": len(design.rows),
    }


def _factor(plan: Plan, at: int, factor: Factor) -> dict[str, Value]:
    runs, included = plan.balance.levels[at], plan.balance.included[at]
    return {
        "name": factor.name,
        "path": None if factor.is_arm else format_path(factor.path),
        "kind": "arm" if factor.is_arm else "variable",
        "when": _text(factor.when),
        "distribution": factor.distribution.kind if factor.distribution else None,
        "balanced": plan.balance.is_balanced(at, factor) if is_judged(factor) else None,
        "levels": [
            {
                "value": masked_value(factor.name, level.value),
                "runs": runs.get(i, 0),
                "included": included.get(i, 0),
            }
            for i, level in enumerate(factor.levels)
        ],
        "not_set": {"runs": runs.get(None, 0), "included": included.get(None, 0)},
    }


def _pair(plan: Plan, pair: Pair) -> dict[str, Value]:
    one, other = (plan.experiment.factors[at] for at in (pair.first, pair.second))
    table = pair.table or {}
    return {
        "factors": [one.name, other.name],
        "zipped": pair.zipped,
        "orthogonal": pair.table is None,
        "cramers_v": round(plan.balance.association(pair), 6),
        "counts": None
        if pair.table is None
        else [[a, b, n] for (a, b), n in sorted(table.items(), key=lambda each: _order(each[0]))],
    }


def _order(levels: tuple[int | None, int | None]) -> tuple[int, ...]:
    """By level, what is not set last."""
    return tuple(part for level in levels for part in (level is None, level or 0))


def _since(since: Since | None) -> dict[str, Value] | None:
    if since is None:
        return None
    return {
        "kept": since.kept,
        "new": list(since.new),
        "revived": list(since.revived),
        "retired": list(since.retired),
        "changed_meaning": [
            {"runs": list(each.ids), "differences": list(each.differences)}
            for each in since.changes
        ],
    }


def _runs(experiment: Experiment, numbers: Sequence[int]) -> Iterator[dict[str, Value]]:
    width = len(experiment.factors)
    for index, cell in enumerate(experiment.cells):
        made: dict[str, Value] = {
            "id": run_id(numbers[index]),
            "parameters": dict(values_of(experiment.factors, cell[:width])),
        }
        if experiment.derived:
            made["derived"] = dict(values_of(experiment.derived, experiment.derived_in(cell)))
        yield made


def _text(formula: Formula | None) -> str | None:
    return None if formula is None else formula.text


def _printed(planned: Planned) -> Iterator[str]:
    return map(printable_json, json_pieces(planned.whole(), planned.numbers(), planned.version))


JSON = PlanFormat(_printed)
