"""A mapping of another version of the target, with the names that components have in this one."""

from __future__ import annotations

from collections.abc import Callable

from tcwc.builds.mapping import Lock, Record
from tcwc.model.frozen import replace
from tcwc.model.ir import Value


def renamed(lock: Lock, now: Callable[[str], str]) -> Lock:
    """The levels of its runs under their present names, so that runs are found by them.

    `now` gives the present name of a component, and any other string as it is.
    """

    def record(each: Record) -> Record:
        return replace(each, parameters={k: _named(v, now) for k, v in each.parameters.items()})

    runs = {id: record(each) for id, each in lock.runs.items()}
    return replace(lock, runs=runs, retired={id: record(r) for id, r in lock.retired.items()})


def _named(value: Value, now: Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return now(value)
    if isinstance(value, list):
        return [_named(item, now) for item in value]
    if isinstance(value, dict):
        return {key: _named(inner, now) for key, inner in value.items()}
    return value
