"""Who changes a run that exists: its author, or a catalogue that has been corrected since.

Only the newest catalogue is here, so that what the old one would make is not known. But the mapping
says what the author had written, and the committed config what came of it: a value that differs
there, and that no changed line of the source is about, is the catalogue's doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tcwc.config.canonical import canonical_json
from tcwc.config.isolation import is_written
from tcwc.config.walk import leaves
from tcwc.disk.folder import Folder
from tcwc.model.ir import Path, Value, overlap
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.signature import sha256_text
from tcwc.yaml.config import read_base

if TYPE_CHECKING:
    from tcwc.builds.mapping import Head, Record


class Cause:
    """Tells of runs whether their author has changed them, by the heads of two builds."""

    def __init__(
        self, before: Head, now: Head, folder: Folder, write_keys: tuple[str, ...]
    ) -> None:
        self._folder = folder
        self._write_keys = write_keys
        self._names = {**before.names, **now.names}
        # A base file is the author's; a shipped base that is another one came with the catalogue.
        other_base = before.base != now.base and ("file" in now.base or _renamed(before, now))
        self._rewritten = other_base or before.experiment != now.experiment
        self._written = frozenset(_paths(_rewritten(before, now)))

    def is_catalogue(self, before: Record, now: Record, text: str) -> bool:
        """Whether a run, now of this text, is not what it was by more than its author says."""
        hashes = (now.sha256, now.science_hash)
        if self._rewritten or (before.sha256, before.science_hash) == hashes:
            return False
        old = (self._folder.config(now.id) or "").replace("\r\n", "\n")
        written = {*self._written, *self._of_run(before, now)}
        if sha256_text(old) != before.sha256 or old == text:
            return not written  # edited or gone; or the same config, with another hash
        return any(
            not is_written(path, self._write_keys)
            and not any(overlap(path, each) for each in written)
            for path in _different(old, text)
        )

    def _of_run(self, before: Record, now: Record) -> Iterator[Path]:
        """The paths that are derived, or that a variable sets, otherwise than before."""
        for old, new in ((before.derived, now.derived), (before.parameters, now.parameters)):
            yield from _paths(str(self._names.get(key, key)) for key in _differing(old, new))


def _renamed(before: Head, now: Head) -> bool:
    return before.base.get("config") != now.base.get("config")


def _rewritten(before: Head, now: Head) -> Iterator[str]:
    """The keys of constants and arms that the author writes otherwise than before."""
    yield from _differing(before.controls, now.controls)
    yield from _in_conditions(_mapping(before.controls, "when"), _mapping(now.controls, "when"))
    yield from _differing(before.engineering, now.engineering)
    for arm in {*before.arms, *now.arms}:
        old, new = _mapping(before.arms, arm), _mapping(now.arms, arm)
        for level in {*old, *new}:
            yield from _differing(_mapping(old, level), _mapping(new, level))


def _in_conditions(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[str]:
    """The keys that stand under conditions otherwise than before."""
    for condition in {*old, *new}:
        yield from _differing(_mapping(old, condition), _mapping(new, condition))


def _mapping(values: Mapping[str, Value], key: str) -> Mapping[str, Value]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _differing(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[str]:
    for key in {*old, *new}:
        if key not in old or key not in new or _untyped(old[key]) != _untyped(new[key]):
            yield key


def _untyped(value: Value) -> str:
    """What an author wrote, whatever type it was given."""
    if isinstance(value, dict):
        return canonical_json({key: _untyped(item) for key, item in value.items()})
    if isinstance(value, list):
        return canonical_json([_untyped(item) for item in value])
    # A type that was corrected turns 8 into 8.0 or "8"; the author wrote the same.
    text = str(value).lower()
    try:
        return repr(float(text))
    except ValueError:
        return text


def _paths(keys: Iterator[str]) -> Iterator[Path]:
    for key in keys:
        parsed = parse_key(key)
        yield (key,) if isinstance(parsed, BadKey) else parsed.path


def _different(old: str, new: str) -> Iterator[Path]:
    """The paths of the leaves in which two configs differ."""
    before, now = (dict(leaves(read_base(text, "config").values)) for text in (old, new))
    for path in {*before, *now}:
        here, there = before.get(path, _ABSENT), now.get(path, _ABSENT)
        if canonical_json(here) != canonical_json(there):
            yield path


_ABSENT = "\ue000 absent"
