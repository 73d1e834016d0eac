"""A summary of cruijff_kit's (`experiment_summary.yaml`) as a search.

Its form is that of its own template (.claude/skills/design-experiment/templates, v0.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from tcwc.jobs.conditions import literal
from tcwc.model.ir import Op, Value
from tcwc.moves.draft import VariableText
from tcwc.moves.search import NoLike, Search, levels, path_of
from tcwc.moves.steps import Setting

_META = ("question", "hypothesis", "purpose", "project", "date")
_OTHERS = {
    "evaluation": "what is evaluated, and how, is no part of a training's config",
    "tools": "",
    "output": "each run gets a folder of its own",
}
_UNSAID = {
    "system_prompt": "it is an argument of that kit's own dataset",
    "prompt": "it is an argument of that kit's own dataset",
    "validation_during_training": "`run_val_every_n_steps` and `dataset_val` say it, where the "
    "recipe reads them",
}
_CELLS = 10_000
_MISSING = 100
"""Combinations that are no run, up to which they are excluded."""


def is_summary(values: Mapping[str, Value]) -> bool:
    """Whether a mapping is such a summary."""
    return isinstance(values.get("runs"), list) and isinstance(values.get("experiment"), dict)


def summary(values: Mapping[str, Value]) -> Search:
    """The search of a summary."""
    head, data = _section(values, "experiment"), _section(values, "data")
    models = _list(_section(values, "models"), "base")
    variables, lost = _variables(_section(values, "variables"))
    controls, notes, more = _controls(_section(values, "controls"))
    lost += more
    lost += [f"`{key}` is left out: {why}" for key, why in _OTHERS.items() if key in values and why]
    model = models[0] if models and isinstance(models[0], dict) else {}
    if len(models) > 1:
        lost.append(
            "only the first of its models is the base: `arms: {model: {from_configs: ...}}`"
        )
    path = _section(data, "training").get("path")
    if isinstance(path, str):
        controls += [
            Setting(path_of("dataset.source"), Op.SET, _format(data)),
            Setting(path_of("dataset.data_files"), Op.SET, path),
        ]
        lost.append("that kit's own dataset is not there: say which one reads the file (`dataset`)")
    runs = [each for each in _list(values, "runs") if isinstance(each, dict)]
    trained = [each for each in runs if str(each.get("type", "fine-tuned")) == "fine-tuned"]
    if len(trained) < len(runs):
        notes.append(f"{len(runs) - len(trained)} of its runs train nothing, and are left out")
    exclude, missing = _exclude(variables, trained)
    lost += _of_runs(_section(values, "variables"), model, trained)
    return Search(
        str(head.get("name", "")),
        str(model.get("name", "")),
        "",
        tuple(variables),
        tuple(controls),
        tuple(exclude),
        meta={key: head[key] for key in _META if isinstance(head.get(key), str)},
        notes=tuple(notes),
        lost=(*lost, *missing),
    )


def weights(values: Mapping[str, Value]) -> str:
    """Where the weights of its model lie; "" where it does not say."""
    models = _list(_section(values, "models"), "base")
    path = models[0].get("path") if models and isinstance(models[0], dict) else None
    return path.rstrip("/") if isinstance(path, str) else ""


def _section(values: Mapping[str, Value], key: str) -> dict[str, Value]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _list(values: Mapping[str, Value], key: str) -> list[Value]:
    found = values.get(key)
    return found if isinstance(found, list) else []


def _format(data: Mapping[str, Value]) -> str:
    return str(_section(data, "training").get("format", "json"))


def _variables(section: Mapping[str, Value]) -> tuple[list[VariableText], list[str]]:
    found, lost = [], []
    for key, each in section.items():
        try:
            found.append(levels(key, each if isinstance(each, list) else [each]))
        except NoLike as why:
            lost.append(f"`{key}` is left out: {why}")
    return found, lost


def _controls(section: Mapping[str, Value]) -> tuple[list[Setting], list[str], list[str]]:
    found, notes, lost = [], [], []
    for key, value in section.items():
        if key in _UNSAID:
            notes.append(f"`{key}` is left out: {_UNSAID[key]}")
            continue
        try:
            path = path_of(key)
        except NoLike as why:
            lost.append(f"`{key}` is left out: {why}")
            continue
        if isinstance(value, dict):
            lost.append(f"`{key}` is left out: it is no single value")
        else:
            found.append(Setting(path, Op.SET, value))
    return found, notes, lost


def _of_runs(
    section: Mapping[str, Value], model: Mapping[str, Value], runs: Sequence[Mapping[str, Value]]
) -> Iterator[str]:
    """What runs say that neither variables nor the base do."""
    more = {key: None for run in runs for key in _section(run, "parameters") if key not in section}
    for key in more:
        yield f"`{key}` of its runs is left out: it is no variable"
    names = (run.get("model", model.get("name")) for run in runs)
    others = sum(name not in (None, model.get("name"), model.get("path")) for name in names)
    if others:
        yield f"{others} of its runs have another model, and the base is that of the first"


def _exclude(
    variables: Sequence[VariableText], runs: Sequence[Mapping[str, Value]]
) -> tuple[list[str], list[str]]:
    """Conditions of the combinations that are no run, and what is said of runs that are none of
    them."""
    names = [str(each.path[-1]) if len(each.path) == 1 else "" for each in variables]
    there = [_levels(run, names) for run in runs]
    cells = list(product(*(each.levels for each in variables))) if variables else []
    if not runs:
        return [], []
    if len(cells) > _CELLS:
        return [], [f"its {len(cells):,} combinations are too many to look which are its runs"]
    missing = [cell for cell in cells if list(cell) not in there]
    other = sum(tuple(row) not in cells for row in there)
    told = [f"{other} of its runs have levels that its variables have not"] if other else []
    if len(missing) > _MISSING:
        return [], [*told, f"{len(missing)} of its combinations are no run, and are runs here"]
    return list(_conditions(names, missing)), told


def _levels(run: Mapping[str, Value], names: Sequence[str]) -> list[Value]:
    parameters = _section(run, "parameters")
    return [parameters.get(name) for name in names]


def _conditions(names: Sequence[str], cells: Sequence[Sequence[Value]]) -> Iterator[str]:
    for cell in cells:
        pairs = zip(names, cell, strict=True)
        yield " and ".join(f"{name} == {literal(value)}" for name, value in pairs)
