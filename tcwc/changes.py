"""What a rebuild changes in runs that exist: which keys, from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcwc.files import read_config
from tcwc.frontend.base_yaml import read_base
from tcwc.ir import Path, Value, format_path
from tcwc.walk import leaves

if TYPE_CHECKING:
    from tcwc.build import Build, Output

_EXAMINED = 200
"""Changed runs whose old config is read; the others are counted with the last ones."""


@dataclass(frozen=True, slots=True)
class Change:
    """Runs that mean something else than before: their ids, and the differences they share."""

    ids: tuple[str, ...]
    differences: tuple[str, ...]


class Changes:
    """Collects the runs that changed meaning, by what changed in them."""

    def __init__(self, build: Build, folder: str) -> None:
        self._build = build
        self._folder = folder
        self._groups: dict[tuple[str, ...], list[str]] = {}
        self._examined = 0

    def note(self, output: Output) -> None:
        """Look at a run, before its file is replaced."""
        before = output.before
        if before is None or not output.changed_meaning:
            return
        differences: tuple[str, ...] = ()
        if self._examined < _EXAMINED:
            self._examined += 1
            old = read_config(self._folder, output.id)
            if old is not None:
                differences = tuple(differences_of(old, read_base(output.text, "new").values))
        self._groups.setdefault(differences, []).append(output.id)

    def grouped(self) -> tuple[Change, ...]:
        return tuple(Change(tuple(ids), what) for what, ids in self._groups.items())


def differences_of(old_text: str, new: Mapping[str, Value]) -> Iterator[str]:
    """ "optimizer.lr 0.0001 -> 0.0003" for each leaf in which a config's text and values differ."""
    yield from value_differences(read_base(old_text, "old").values, dict(new))


def value_differences(old: dict[str, Value], new: dict[str, Value]) -> Iterator[str]:
    """The leaves in which two configs differ, in the order of the old one."""
    before, after = dict(leaves(old)), dict(leaves(new))
    for path in dict.fromkeys((*before, *after)):
        here, there = _shown(before, path), _shown(after, path)
        if here != there:
            yield f"{format_path(path)} {here} -> {there}"


def _shown(config: Mapping[Path, Value], path: Path) -> str:
    from tcwc.backend.hashing import flow

    return flow(config[path]) if path in config else "(absent)"
