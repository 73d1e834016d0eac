"""What really ran, as far as that is known before it runs: the repository, data, weights."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tcwc.api.jobs_folder import jobs_folder
from tcwc.disk import processes
from tcwc.disk.boundary import top_of
from tcwc.disk.inputs import digest, files_at, hub_revision, seen
from tcwc.disk.once import write_once
from tcwc.jobs.places import place_of
from tcwc.model.job_files import FROZEN
from tcwc.model.signature import sha256_text
from tcwc.model.training import Inputs
from tcwc.model.values import Value

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.disk.files import Place
    from tcwc.jobs.task import Task

FORMAT = 1
_DIGITS = 16


def facts_of(place: Place, reads: Iterable[Inputs], variables: Mapping[str, str]) -> str:
    """The text of the facts about runs that read these, as JSON; `variables` are those that their
    paths name.

    The commit of the repository and whether nothing in it was changed, sizes and hashes of local
    data, of weights the revision of the hub that they came with, else sizes and times.
    """
    every = list(reads)
    others = dict.fromkeys(each for one in every for each in one.others)
    weights = dict.fromkeys(each for one in every for each in one.weights)
    document: dict[str, Value] = {
        "format": FORMAT,
        "repository": repository(place.folder),
        "data": [each for what, path in others for each in _data(place, what, path, variables)],
        "weights": [_weights(place, path, variables) for path in weights],
        "fetched": list(dict.fromkeys(each for one in every for each in one.fetched)),
    }
    return json.dumps(document, indent=2) + "\n"


def reads_of(compilation: Compilation, tasks: Iterable[Task]) -> dict[str, Inputs]:
    """What each run reads, by its id."""
    training = compilation.build.experiment.target.training
    assert training is not None
    return {task.run: training.reads(compilation.runs[task.run].config) for task in tasks}


def note_facts(
    compilation: Compilation, reads: Iterable[Inputs], variables: Mapping[str, str]
) -> str:
    """Write the facts about runs that read these, once, beside the frozen configs; gives what they
    are called by, which their stamps say. Raises OSError."""
    text = facts_of(compilation.place, reads, variables)
    name = sha256_text(text)[:_DIGITS]
    folder = os.path.join(jobs_folder(compilation), FROZEN)
    write_once(folder, f"{name}.facts.json", text)
    return name


def repository(folder: str) -> dict[str, Value] | None:
    """The commit that is checked out at a folder, and whether all is as it is there; None without a
    repository, or without git."""
    if top_of(os.path.realpath(folder)) is None:
        return None
    commit = processes.git(["rev-parse", "HEAD"], folder=folder)
    changes = processes.git(["status", "--porcelain", "--untracked-files=no"], folder=folder)
    if commit is None or commit.status or changes is None:
        return None
    return {"commit": commit.out.strip(), "clean": changes.status == 0 and not changes.out.strip()}


def path_here(place: Place, path: str, variables: Mapping[str, str]) -> str | None:
    """Where a path of a config leads from the run directory; None where nobody knows here."""
    found = place_of(path, variables)
    return os.path.join(place.folder, found) if isinstance(found, str) else None


def _data(
    place: Place, what: str, path: str, variables: Mapping[str, str]
) -> Iterator[dict[str, Value]]:
    at = path_here(place, path, variables)
    found = list(files_at(at)) if at is not None else []
    if not found:
        yield {"what": what, "path": path, "size": None, "sha256": None}
    for each in found:
        name = path + each.removeprefix(at or "")
        status = seen(each)
        try:
            hashed = digest(each)
        except OSError:
            hashed = None
        yield {
            "what": what,
            "path": name,
            "size": status.size if status else None,
            "sha256": hashed,
        }


def _weights(place: Place, path: str, variables: Mapping[str, str]) -> dict[str, Value]:
    at = path_here(place, path, variables)
    status = seen(at) if at is not None else None
    return {
        "path": path,
        "size": status.size if status else None,
        "modified": status.modified if status else None,
        "revision": hub_revision(at) if at is not None else None,
    }
