"""Whose an output folder is: the source that its mapping names, as a file and not as a name.

A mapping says `source: experiment.yaml` where it lies in the folder that this file has by default
(`configs` or `NAME.configs` beside it), and otherwise the path of the file from the folder that it
names with `output:`. tcwc 0.1.0 always wrote the bare name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from tcwc.disk.boundary import real_path
from tcwc.disk.files import Place

_DOTTED = (os.path.curdir, os.path.pardir)


def source_name(place: Place, folder: str) -> str:
    """What the mapping of a source with this output folder calls the source."""
    if _real(folder) == _real(place.output(None)):
        return place.name
    try:
        path = os.path.relpath(_file(place), _real(folder))
    except ValueError:  # on another drive
        return place.name
    return path.replace(os.path.sep, "/")


def is_owner(place: Place, experiment: str, folder: str, recorded: tuple[str, str]) -> bool:
    """Whether the mapping in a source's output folder is its own.

    `recorded` are the source and the experiment that the mapping names. A bare name in a folder
    that it does not have by default tells no place: the experiment's name must then agree, and no
    file that has the folder by default may be there.
    """
    source, named = recorded
    mine = _file(place)
    if mine in _files(folder, source):
        return True
    if not _is_bare(source) or source != place.name:
        return False
    return named == experiment and owner_there(folder, source) is None


def owner_there(folder: str, source: str) -> str | None:
    """The experiment that a mapping in a folder names as its source; None where it is not there."""
    if not source.endswith((".yaml", ".yml")):
        return None
    return next((path for path in _files(folder, source) if os.path.isfile(path)), None)


def default_owners(folder: str) -> Iterator[str]:
    """The experiments beside a folder that have it by default, whether they were built or not."""
    above, name = os.path.split(_real(folder))
    stem = name.removesuffix(".configs")
    names = ["experiment"] if name == "configs" else [f"{stem}.experiment"] if stem != name else []
    for each in names:
        for path in (os.path.join(above, f"{each}.yaml"), os.path.join(above, f"{each}.yml")):
            if os.path.isfile(path):
                yield path


def is_source(place: Place, path: str) -> bool:
    """Whether a path is that of a source."""
    return _file(Place(path)) == _file(place)


def holds(folder: str, place: Place) -> bool:
    """Whether a source is in a folder or below it."""
    return os.path.join(_real(place.folder), "").startswith(os.path.join(_real(folder), ""))


def shown(folder: str, source: str) -> str:
    """The source that a mapping in a folder names, as it is called from here."""
    if not _is_bare(source):
        return os.path.normpath(os.path.join(folder, source))
    above, name = os.path.split(folder)
    return os.path.join(above, source) if name == Place(source).default_output() else source


def _files(folder: str, source: str) -> Iterator[str]:
    """The paths that a mapping in a folder can mean by a source; it is one of them, or neither."""
    # A mapping may say anything, and for this one calls of the system raise ValueError.
    if "\0" in source:
        return
    folder = _real(folder)
    above, name = os.path.split(folder)
    if _is_bare(source) and name == Place(source).default_output():
        yield os.path.normcase(os.path.join(above, source))
    path = os.path.join(folder, source)
    yield _file(Place(path))


def _is_bare(source: str) -> bool:
    return "/" not in source and source not in _DOTTED


def _file(place: Place) -> str:
    """A source's absolute path. A link to a file is a source of its own, where the link is."""
    return os.path.normcase(os.path.join(_real(place.folder), place.name))


def _real(folder: str) -> str:
    return real_path(folder)
