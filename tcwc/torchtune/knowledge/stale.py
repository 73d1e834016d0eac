"""Arguments that are left of another component, where the author chose this one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tcwc.config.merge import lookup
from tcwc.lint.context import Context
from tcwc.lint.repairs import flow, without, without_stale
from tcwc.lint.variants import Variant
from tcwc.model.arguments import Arguments, arguments
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Assignment, Experiment, Factor, Level, Path, Value, format_path
from tcwc.model.rules import STALE_ARGUMENT
from tcwc.model.words import how_many, listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.named import is_referred

_SEVERAL = 2
"""Arguments that a help lists."""
_COUNTED = 10_000
"""Runs that are gone through to say how many are left."""

Own = Mapping[str, Assignment]
"""The author's lines that set arguments, by argument."""


def stale(
    context: Context,
    variant: Variant,
    path: Path,
    keys: Sequence[str],
    name: str,
    chosen: Assignment,
) -> Diagnostic:
    """What is left of another component's arguments in a section, where the author chose this
    one."""
    where = format_path((*path, keys[0]))
    own = {key: each for key in keys if (each := variant.origin((*path, key))) is not None}
    origin = "set for another component" if own else "left from the base"
    whose = f"`{where}` is {origin}" if len(keys) == 1 else f"they are {origin}"
    written = lookup(variant.config, (*path, COMPONENT))[1]
    late = _variable_of(context.experiment, own)
    help = _rid_of(context.experiment, path, written, keys, chosen, own, late)
    if late is not None:
        help += _instead(context, variant, path, name, late)
    return finding(
        STALE_ARGUMENT,
        chosen.span_of((*path, COMPONENT)),
        f"{name} takes no {listed(keys)}, and {whose}",
        help=help,
        labels=tuple(
            Label(each.span_of((*path, key), key=True), f"`{key}` is set here")
            for key, each in own.items()
        ),
        fix=None if is_referred(written) else without_stale(context, path, keys, chosen, own),
    )


def _rid_of(
    experiment: Experiment,
    path: Path,
    written: Value,
    keys: Sequence[str],
    chosen: Assignment,
    own: Own,
    late: Factor | None,
) -> str:
    """What to write where a component, `written` so, does not take keys: by what it was chosen
    with, and by what else they are set for (`late` where that is a variable)."""
    which = "it" if len(keys) == 1 else "them"
    swap, level = _level_with(experiment, chosen)
    if swap is None or level is None:
        if late is not None:
            return f"remove the variable `{late.name}`, or take a component that has it"
        gone = _deletions(format_path(path), keys)
        return f"delete {which} from what the base has: write {gone} under `controls:`"
    if late is not None and late is not swap:
        return _only_elsewhere(experiment, path, swap, late, written)
    if swap.is_arm and not swap.models:
        gone = _deletions(format_path(path), keys, " null")
        return f"delete {which} in the level `{level.value}`: {gone}"
    if swap.path == path:
        return f"delete {which} in that level: {_deletions('', keys, ' null')}"
    return _in_those_runs(experiment, path, keys, swap, level, own)


def _deletions(section: str, keys: Sequence[str], value: str = "") -> str:
    before = f"{section}." if section else ""
    some = ", ".join(f"`~{before}{key}:{value}`" for key in keys[:_SEVERAL])
    return some + (", ..." if len(keys) > _SEVERAL else "")


def _level_with(
    experiment: Experiment, chosen: Assignment
) -> tuple[Factor, Level] | tuple[None, None]:
    """The level that chose a component, with its factor."""
    for factor in experiment.factors:
        for level in factor.levels:
            if chosen in level.assignments:
                return factor, level
    return None, None


def _variable_of(experiment: Experiment, own: Own) -> Factor | None:
    """The variable of an argument, among some that are set."""
    wanted = {each.path for each in own.values()}
    return next((each for each in experiment.factors if each.path in wanted), None)


def _in_those_runs(
    experiment: Experiment,
    path: Path,
    keys: Sequence[str],
    swap: Factor,
    level: Level,
    own: Own,
) -> str:
    """How arguments are deleted in the runs with a level in which no more can be written."""
    which, name = "it" if len(keys) == 1 else "them", format_path(swap.path)
    for group in experiment.conditional:
        if any(each in own.values() for each in group.levels[0].assignments):
            if f"{level.value}" in group.name:
                return f"remove it below `{group.name}`"
            return f"let the condition leave that out: `{group.name} and {name} != '{level.value}'`"
    made, where = without(path, keys, name, level.value), "`controls:`"
    if experiment.conditional:
        made, where = made.removeprefix("when: {")[:-1], "the `when:` that is there"
    help = f"delete {which} where this component is chosen: `{made}` under {where}"
    return help if swap.models else f"{help}, or give whole levels: {_whole(path)}"


def _whole(section: Path) -> str:
    return f"`={format_path(section)}: [{{...}}, {{...}}]`"


def _only_elsewhere(
    experiment: Experiment, path: Path, swap: Factor, late: Factor, name: Value
) -> str:
    """How a variable is left out of the runs whose component does not take it: no line deletes what
    a variable sets."""
    if swap.is_arm:
        return (
            f"arms come after all variables: remove the variable `{late.name}`, and give "
            f"`{swap.name}` a level for each of its values, with `{format_path(late.path)}` in it"
        )
    place = experiment.factors.index(late)
    if any(place in each.factors for each in experiment.design.zips):
        return f"a variable of a zip is in every run: give whole levels, {_whole(path)}"
    condition = f"{format_path((*path, COMPONENT))} != '{name}'"
    if late.when is not None:
        return f'let its condition leave that out: `when: "... and {condition}"`'
    when = f'when: "{condition}"'
    if late.generator:
        said = f"`{when}` beside `{late.generator}`"
    else:
        levels = flow([each.value for each in late.levels]) or "[...]"
        said = f"`{late.name}: {{values: {levels}, {when}}}`"
    below = "" if experiment.factors.index(swap) < place else f", below `{swap.name}`"
    left = _left(experiment, swap, late, path, name)
    return f"let the variable leave that out: {said}{below}{left}"


def _left(experiment: Experiment, swap: Factor, late: Factor, path: Path, name: Value) -> str:
    """How many runs have a component when a variable is not varied in them; "" where that cannot
    be told."""
    if experiment.design.sample is not None or len(experiment.cells) > _COUNTED:
        return ""
    at, gone = experiment.factors.index(swap), experiment.factors.index(late)
    with_it = {i for i, level in enumerate(swap.levels) if _component_in(level, path) == name}
    kept = [i for i in range(len(experiment.factors)) if i != gone]
    runs = {tuple(cell[i] for i in kept) for cell in experiment.cells if cell[at] in with_it}
    return f", which leaves {how_many(len(runs), 'run')} for {_short(name)}"


def _instead(context: Context, variant: Variant, path: Path, name: str, late: Factor) -> str:
    """What a component takes of its own where others take what a variable sets: of the same type,
    and of none of theirs; "" for nothing."""
    mine, key = arguments(context.catalogue, name), str(late.path[-1])
    others = list(_takers(context, path, key))
    if mine is None or not others:
        return ""
    kinds = [each.named[key].type for each in others]
    section = lookup(variant.config, path)[1]
    taken = {*(section if isinstance(section, dict) else ()), *(k for o in others for k in o.named)}
    own = {k: p for k, p in mine.named.items() if k not in taken and p.default}
    found = [k for k, p in own.items() if p.type in kinds]
    shown = [f"`{k}` (default {mine.named[k].default})" for k in found[:_SEVERAL]]
    if not shown:
        return ""
    return f"; {_short(name)} takes {' and '.join(shown)}" + (", ..." if found[_SEVERAL:] else "")


def _takers(context: Context, path: Path, key: str) -> Iterator[Arguments]:
    """What the other components take that may stand in a section and have an argument."""
    experiment = context.experiment
    levels = (level for factor in experiment.factors for level in factor.levels)
    names = [lookup(experiment.base.values, (*path, COMPONENT))[1]]
    names += [_component_in(level, path) for level in levels]
    for each in dict.fromkeys(str(name) for name in names):
        taken = arguments(context.catalogue, each)
        if taken is not None and key in taken.named:
            yield taken


def _component_in(level: Level, path: Path) -> Value:
    """The component that a level chooses for a section; None where it chooses none."""
    for each in level.assignments:
        if each.path == (*path, COMPONENT):
            return each.value
        if each.path == path and isinstance(each.value, dict):
            return each.value.get(COMPONENT)
    return None


def _short(name: Value) -> str:
    return f"{name}".rpartition(".")[2]
