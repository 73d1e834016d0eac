"""Whether an experiment gives the configs that it was made of, run by run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.api.runs import Run
from tcwc.builds.changes import value_differences
from tcwc.config.isolation import written
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.moves.columns import ABSENT, Observed, identity, with_held
from tcwc.moves.steps import same

_LOOKED_AT = 200
"""Runs that are looked at for the one that is nearest to a config."""


@dataclass(frozen=True, slots=True)
class Proof:
    """`equal` are the configs that a run gives, with its id; `unequal` those that none does, each
    with what differs in the nearest; `more` runs that are no config; `moved` are directories of
    runs that are other ones, by path: what one config had, and what its run has."""

    equal: dict[str, str]
    unequal: dict[str, tuple[str, ...]]
    more: tuple[str, ...]
    moved: dict[Path, tuple[str, str]]

    @property
    def holds(self) -> bool:
        return not self.unequal and not self.more


def proof(
    observed: Sequence[Observed],
    runs: Sequence[Run],
    keys: tuple[str, ...],
    lost: Sequence[Path] = (),
) -> Proof:
    """Compares configs and runs by all but the directories that runs write to (`keys`), and what is
    `lost`."""
    configs = {run.id: _without(run.config, lost) for run in runs}
    observed = [Observed(each.name, _without(each.values, lost)) for each in observed]
    by_values = {identity(_bare(config, keys)): id for id, config in configs.items()}
    equal: dict[str, str] = {}
    unequal: dict[str, tuple[str, ...]] = {}
    moved: dict[Path, tuple[str, str]] = {}
    for each in observed:
        id = by_values.get(identity(_bare(each.values, keys)))
        if id is None:
            unequal[each.name] = tuple(_nearest(each.values, configs, keys))
            continue
        equal[each.name] = id
        for path, old, new in _directories(each.values, configs[id], keys):
            moved.setdefault(path, (old, new))
    taken = set(equal.values())
    more = tuple(id for id in configs if id not in taken)
    return Proof(equal, unequal, more, moved)


def _without(config: dict[str, Value], paths: Sequence[Path]) -> dict[str, Value]:
    for path in paths:
        config = with_held(config, path, ABSENT)
    return config


def _bare(config: dict[str, Value], keys: tuple[str, ...]) -> dict[str, Value]:
    """A config without the directories that a run writes to, where they are no references."""
    made = dict(config)
    for key, value in config.items():
        for path, text in written(key, value, keys):
            if "${" in text:
                continue
            if len(path) == 1:
                made[key] = ""
            elif isinstance(section := made[key], dict):
                made[key] = {**section, str(path[1]): ""}
    return made


def _directories(
    old: dict[str, Value], new: dict[str, Value], keys: tuple[str, ...]
) -> Iterator[tuple[Path, str, str]]:
    for key, value in old.items():
        there = dict(written(key, new.get(key), keys))
        for path, text in written(key, value, keys):
            if path in there and there[path] != text:
                yield path, text, there[path]


def _nearest(
    values: dict[str, Value], configs: dict[str, dict[str, Value]], keys: tuple[str, ...]
) -> list[str]:
    """What differs between a config and the run that is nearest to it."""
    mine = _bare(values, keys)
    some = list(configs.values())[:_LOOKED_AT]
    found = [list(value_differences(mine, _aligned(mine, _bare(config, keys)))) for config in some]
    return min(found, key=len, default=[])


def _aligned(old: dict[str, Value], new: dict[str, Value]) -> dict[str, Value]:
    """A config with the old value wherever the new one is the same to who reads it: 1 and 1.0."""

    def one(before: Value, after: Value) -> Value:
        if isinstance(before, dict) and isinstance(after, dict):
            return _aligned(before, after)
        return before if same(before, after) else after

    return {key: one(old[key], value) if key in old else value for key, value in new.items()}


def moved_words(moved: dict[Path, tuple[str, str]]) -> list[str]:
    """What is said of directories that are other ones."""
    return [
        f"each run writes to its own folder: `{format_path(path)}` was {old}, and is {new}"
        for path, (old, new) in moved.items()
    ]
