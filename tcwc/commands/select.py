"""Which experiments a command is about: those named, the owners of other files, or all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from tcwc.disk.files import FileProblem, Place, find_experiments, looks_like_experiment
from tcwc.disk.folder import MAPPING
from tcwc.model.problem import Problem


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
    for path in named:
        if os.path.isdir(path):
            chosen |= dict.fromkeys(find_experiments(path))
        elif looks_like_experiment(path):
            chosen[path] = None
        else:
            owners = tuple(_owners(path))
            if not owners:
                raise NothingToDo(
                    f"{path} is no experiment, and no experiment below this folder uses it",
                    "name an experiment.yaml",
                )
            chosen |= dict.fromkeys(owners)
    return tuple(chosen)


def _owners(path: str) -> Iterator[str]:
    """The experiments below the current folder that read a file, or that wrote it."""
    wanted = os.path.realpath(path)
    for candidate in find_experiments("."):
        if any(os.path.realpath(each) == wanted for each in _files_of(Place(candidate), wanted)):
            yield candidate


def _files_of(place: Place, wanted: str) -> Iterator[str]:
    from tcwc.api.session import TARGET
    from tcwc.language.sections import read_sections
    from tcwc.model.source import SourceText
    from tcwc.yaml.experiment import read_yaml

    try:
        root, _ = read_yaml(SourceText(place.name, place.source()))
    except FileProblem:
        return
    if root is None:
        return
    sections, _ = read_sections(root, TARGET)
    for section in ("base_config_file", "engineering_file"):
        name = sections.text(section)
        if name:
            yield os.path.join(place.folder, os.path.expanduser(name))
    output = place.output(sections.text("output"))
    yield os.path.join(output, MAPPING)
    yield os.path.join(output, os.path.basename(wanted))
