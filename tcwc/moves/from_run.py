"""The settings that take a shipped config to what a run was trained with, for one that goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.config.walk import strings
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.target import Target
from tcwc.moves.nearest import Nearest, nearest

_OWN = re.compile(r"/[A-Za-z0-9][A-Za-z0-9._-]*/run_[0-9]{3,}(?=/|$)")
"""What a build appends to the folders of a run, which it appends again."""


@dataclass(frozen=True, slots=True)
class FromRun:
    """The base that is nearest to a run's config, with what is to be set so that a new run has its
    values; `renewed` are the keys of folders that were the run's own, in whose place the new run
    gets others."""

    nearest: Nearest
    renewed: tuple[str, ...]


def from_run(
    values: dict[str, Value], known: Knowledge, target: Target, recipe: str
) -> FromRun | None:
    """What takes the nearest shipped config to these values; None where none is near at all."""
    renewed = [path for path, text in _written(values, target) if _OWN.search(text)]
    found = nearest(_without_own(values, target), known, target, recipe)
    if found is None:
        return None
    return FromRun(found, tuple(map(format_path, renewed)))


def _without_own(values: dict[str, Value], target: Target) -> dict[str, Value]:
    return {key: _bare(value, (key,), target) for key, value in values.items()}


def _bare(value: Value, path: Path, target: Target) -> Value:
    if isinstance(value, dict):
        return {key: _bare(each, (*path, key), target) for key, each in value.items()}
    is_written = path[-1] in target.write_keys and isinstance(value, str)
    return _OWN.sub("", value) if is_written and isinstance(value, str) else value


def _written(values: dict[str, Value], target: Target) -> Iterator[tuple[Path, str]]:
    """The folders that a config says it writes to."""
    return ((path, text) for path, text in strings(values) if path[-1] in target.write_keys)
