"""Which experiments a command is about: those named, the owners of other files, or all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.disk.files import FileProblem, Place, find_experiments, looks_like_experiment
from tcwc.disk.folder import MAPPING
from tcwc.model.problem import Problem

if TYPE_CHECKING:
    from tcwc.language.sections import Sections


class NothingToDo(Problem):
    """No experiment was named or found."""


def experiments(named: Sequence[str]) -> tuple[str, ...]:
    """The experiments that files name: themselves, or those that own a base, config or mapping.

    With no names, all below the current folder. Raises NothingToDo.
    """
    if not named:
        found = tuple(find_experiments("."))
        if not found:
            raise NothingToDo(
                "there is no experiment.yaml or NAME.experiment.yaml below this folder",
                "name one, or write one: the README begins with an example",
            )
        return found
    chosen: dict[str, None] = {}
    owners: _Owners | None = None
    for path in named:
        if os.path.isdir(path):
            chosen |= dict.fromkeys(find_experiments(path))
        elif looks_like_experiment(path):
            chosen[path] = None
        else:
            owners = owners or _Owners()  # pre-commit names every config that changed
            chosen |= dict.fromkeys(owners.of(path))
    return tuple(chosen)


class _Owners:
    """The experiments below the current folder, by the files that they read and write.

    Each is read once, however many files are asked for.
    """

    def __init__(self) -> None:
        self._readers: dict[str, dict[str, None]] = {}
        self._writers: dict[str, dict[str, None]] = {}
        """By the real path of a file, and of an output folder."""
        self._order: dict[str, int] = {}
        for candidate in find_experiments("."):
            self._order[candidate] = len(self._order)
            self._note(candidate)

    def of(self, path: str) -> list[str]:
        """The experiments that read a file, or that wrote it. Raises NothingToDo."""
        wanted = os.path.realpath(path)
        folder, name = os.path.split(wanted)
        found = {**self._readers.get(wanted, {}), **self._writers.get(folder, {})}
        for output, writers in self._writers.items():
            config = os.path.join(output, name)
            # configs that are kept elsewhere: the links to them stand in the output folder
            if os.path.islink(config) and os.path.realpath(config) == wanted:
                found |= writers
        if not found:
            raise NothingToDo(
                f"{path} is no experiment, and no experiment below this folder uses it",
                "name an experiment.yaml",
            )
        return sorted(found, key=self._order.__getitem__)

    def _note(self, candidate: str) -> None:
        place = Place(candidate)
        try:
            sections = sections_of(place)
        # What it uses is not known; a lint of all says so, and a lint of other files goes on.
        except FileProblem:
            return
        if sections is None:
            return
        output = place.output(sections.text("output"))
        self._writers.setdefault(os.path.realpath(output), {})[candidate] = None
        read = [os.path.join(output, MAPPING)]
        for name in files_of(sections):
            read.append(os.path.join(place.folder, os.path.expanduser(name)))
        for file in read:
            self._readers.setdefault(os.path.realpath(file), {})[candidate] = None


def files_of(sections: Sections) -> Iterator[str]:
    """The configs that an experiment names beside it, by what it calls them."""
    names = map(sections.text, ("base_config_file", "engineering_file"))
    yield from (name for name in names if name)


def sections_of(place: Place) -> Sections | None:
    """What stands in an experiment; None where that is no mapping. Raises FileProblem."""
    from tcwc.api.session import TARGET
    from tcwc.language.sections import read_sections
    from tcwc.model.source import SourceText
    from tcwc.yaml.experiment import read_yaml

    root, _ = read_yaml(SourceText(place.name, place.source()))
    return read_sections(root, TARGET)[0] if root is not None else None
