"""Two builds compared by their mappings: the runs that only one has, or that differ."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.builds.changes import Change, Changes, value_differences
from tcwc.builds.mapping import Head, Lock, Record
from tcwc.config.canonical import canonical_json
from tcwc.disk.folder import Folder
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Value


@dataclass(frozen=True, slots=True)
class Built:
    """An output folder, and the mapping in it."""

    folder: Folder
    lock: Lock


@dataclass(frozen=True, slots=True)
class BuildDifferences:
    """In what two builds differ. Run ids are those of the first but for `only_there`.

    `origin` are differences in what they were built from, `renamed` runs that have another id in
    the second (that, behind theirs), `missing` those whose config is not in its folder.
    """

    origin: tuple[str, ...]
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    missing: tuple[str, ...]


def compare(here: Built, there: Built) -> BuildDifferences:
    """The differences of two builds; configs are read only of runs whose hashes differ."""
    pairs = _pairs(here.lock, there.lock)
    taken = set(pairs.values())
    changes, missing = Changes(here.folder), []
    for one, other in pairs.items():
        if here.lock.runs[one].sha256 == there.lock.runs[other].sha256:
            continue
        old, new = here.folder.config(one), there.folder.config(other)
        if old is None or new is None:
            missing.append(one)
        elif _body(old, one) != _body(new, other):
            # An id stands in directories and templates too, and that it differs is no change.
            changes.note(one, new.replace(other, one))
    return BuildDifferences(
        tuple(origin_differences(here.lock.head, there.lock.head)),
        tuple(id for id in here.lock.runs if id not in pairs),
        tuple(id for id in there.lock.runs if id not in taken),
        tuple((one, other) for one, other in pairs.items() if one != other),
        changes.grouped(),
        tuple(missing),
    )


def _pairs(here: Lock, there: Lock) -> dict[str, str]:
    """The runs that both builds have: those of the same parameters, then those of the same id."""
    by_levels = {_levels(there.head, record): id for id, record in there.runs.items()}
    alike = {
        id: by_levels[levels]
        for id, record in here.runs.items()
        if (levels := _levels(here.head, record)) in by_levels
    }
    taken = set(alike.values())
    return {
        id: alike.get(id, id)
        for id in here.runs
        if id in alike or (id in there.runs and id not in taken)
    }


def _levels(head: Head, record: Record) -> str:
    """The parameters of a run by path, as one text."""
    return canonical_json({str(head.names.get(k, k)): v for k, v in record.parameters.items()})


def origin_differences(here: Head, there: Head) -> Iterator[str]:
    """The differences in what two builds were made from, but for constants and levels."""
    return value_differences(_started_from(here), _started_from(there))


def _started_from(head: Head) -> dict[str, Value]:
    return {
        "experiment": head.experiment,
        "base": dict(head.base),
        "torchtune": dict(head.torchtune),
        "recipe": head.recipe,
    }


def _body(text: str, id: str) -> str:
    """A config below its two header lines, without the run's own name."""
    return text.replace("\r\n", "\n").split("\n", 2)[-1].replace(id, "")
