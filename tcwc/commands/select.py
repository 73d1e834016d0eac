"""Which experiments a command is about: those named, the owners of other files, or all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.disk.boundary import real_path
from tcwc.disk.files import (
    Cannot,
    FileProblem,
    Place,
    find_experiments,
    find_folders_with,
    has_name_alone,
    has_sections,
    is_named_as_experiment,
    looks_like_experiment,
)
from tcwc.disk.folder import MAPPING
from tcwc.model.problem import Problem
from tcwc.model.words import either

if TYPE_CHECKING:
    from tcwc.api.session import Session
    from tcwc.language.sections import Sections


class NothingToDo(Problem):
    """No experiment was named or found."""


def experiments(
    named: Sequence[str], session: Session, cannot: Cannot = lambda _: None
) -> tuple[str, ...]:
    """The experiments that files name: themselves, or those that own a base, config or mapping.

    `cannot` is told of folders that cannot be looked into, but for those that would be left out.
    With no names, all below the current folder. Those that are found, and not named, are neither
    excluded by settings nor ignored by git. Raises NothingToDo, and FileProblem where settings
    cannot be read.
    """
    if not named:
        return _found([os.curdir], session, cannot)
    chosen: dict[str, None] = {}
    strangers: list[NothingToDo | FileProblem] = []
    owners: Owners | None = None
    for path in named:
        if os.path.isdir(path) and not is_named_as_experiment(path):
            session.place(path).within()
            chosen |= dict.fromkeys(_below(path, session, cannot))
        elif looks_like_experiment(path) and not _is_config(session.place(path)):
            chosen[path] = None
        else:
            # pre-commit names every config that changed
            owners = owners or Owners(session, cannot)
            try:
                chosen |= dict.fromkeys(owners.of(path))
            except (NothingToDo, FileProblem) as stranger:
                strangers.append(stranger)
    # What is none must not hide what is wrong with the others.
    for each in strangers[0 if chosen else 1 :]:
        cannot(FileProblem(each.message, each.help))
    if strangers and not chosen:
        raise strangers[0]
    return tuple(chosen) or _found(named, session, lambda _: None)


def _found(folders: Sequence[str], session: Session, cannot: Cannot) -> tuple[str, ...]:
    """The experiments below folders. Raises NothingToDo where there is none: not to have looked at
    anything is no reason for a gate to be green."""
    found = tuple(
        dict.fromkeys(path for folder in folders for path in _below(folder, session, cannot))
    )
    if found:
        return found
    from tcwc.disk.near import experiments_in

    where = either(["this folder" if each == os.curdir else each for each in folders])
    left_out = list(dict.fromkeys(path for each in folders for path in find_experiments(each)))
    odd = [
        path
        for each in folders
        for path in experiments_in(each, find_experiments, looks_like_experiment)
    ]
    from tcwc.api.built import source_of

    sources = list(filter(None, map(source_of, folders)))
    example: tuple[str, ...] = ()
    if sources:
        help = f"it holds the configs of {either(sources)}: name that"
    elif left_out:
        help = f"{either(left_out[:3])} is excluded by settings, or ignored by git: name it"
    elif odd:
        stem = os.path.splitext(odd[0])[0]
        help = f"there is {either(odd)}: name it, or rename it to {stem}.experiment.yaml"
    else:
        from tcwc.commands.example import EXAMPLE, WRITE_ONE

        help, example = f"name one, or {WRITE_ONE}", EXAMPLE
    raise NothingToDo(
        f"there is no experiment.yaml or NAME.experiment.yaml below {where}", help, example=example
    )


def output_folders(session: Session) -> list[str]:
    """The folders below the current one that a build wrote to, as experiments are found there."""
    return kept(find_folders_with(MAPPING, os.curdir), session)


def _below(folder: str, session: Session, cannot: Cannot) -> list[str]:
    """The experiments below a folder, sorted, without those that are not to be found there."""
    closed: list[FileProblem] = []
    found = kept(find_experiments(folder, closed.append), session)
    _tell_closed(closed, session, cannot)
    return found


def _tell_closed(closed: Sequence[FileProblem], session: Session, cannot: Cannot) -> None:
    """Tell of the folders that cannot be looked into, and in which experiments would count."""
    by_file = {os.path.join(each.path, "experiment.yaml"): each for each in closed}
    for path in kept(by_file, session) if by_file else ():
        cannot(by_file[path])


def kept(paths: Iterable[str], session: Session) -> list[str]:
    """Files that were found, but for those that settings exclude and git ignores."""
    found = [path for path in paths if not _is_excluded(path, session)]
    from tcwc.disk.ignored import without_ignored

    return without_ignored(found)


def _is_excluded(path: str, session: Session) -> bool:
    settings = session.settings(Place(path).folder)
    if settings is None or not settings.excludes(path):
        return False
    session.excluded.add(os.path.normpath(path))
    return True


def readers(files: Iterable[str], but: Sequence[Place], session: Session) -> dict[str, list[str]]:
    """The experiments of the repositories of some others that read files, beside them.

    By the name of the file; of files that no other one reads there is nothing.
    """
    files = list(files)
    known = {real_path(place.path) for place in but}
    wanted = {real_path(name): name for name in files if real_path(name) not in known}
    tops = dict.fromkeys(place.guard.boundary.root or place.folder for place in but)
    found: dict[str, list[str]] = {}
    for top in tops if wanted else ():
        owners = Owners(session, lambda _: None, os.path.relpath(top))
        for real, name in wanted.items():
            others = [each for each in owners.reading(real) if real_path(each) not in known]
            if others:
                found.setdefault(name, []).extend(others)
    return found


class Owners:
    """The experiments below a folder, by the files that they read and write.

    Each is read once, however many files are asked for.
    """

    def __init__(self, session: Session, cannot: Cannot, below: str = os.curdir) -> None:
        self._session = session
        self._readers: dict[str, dict[str, None]] = {}
        self._writers: dict[str, dict[str, None]] = {}
        """By the real path of a file, and of an output folder."""
        self._order: dict[str, int] = {}
        closed: list[FileProblem] = []
        for candidate in find_experiments(below, closed.append):
            self._order[candidate] = len(self._order)
            self._note(candidate)
        _tell_closed(closed, session, cannot)

    def of(self, path: str) -> list[str]:
        """The experiments that read a file, or that wrote it. Raises NothingToDo."""
        found = self.using(path)
        if not found:
            place = self._session.place(path)
            if _is_config(place):  # what is to be done with it is a finding, as it is in a build
                return [path]
            # What cannot be read as text is told by that, and where.
            text = place.source() if os.path.isfile(path) else ""
            raise _no_experiment(path, text, self._session)
        return found

    def using(self, path: str) -> list[str]:
        """The experiments that read a file, or that wrote it, in their order."""
        real = real_path(path)
        folder, name = os.path.split(real)
        found = {**self._readers.get(real, {}), **self._writers.get(folder, {})}
        for output, writers in self._writers.items():
            config = os.path.join(output, name)
            # configs that are kept elsewhere: the links to them stand in the output folder
            if os.path.islink(config) and real_path(config) == real:
                found |= writers
        return sorted(found, key=self._order.__getitem__)

    def reading(self, real: str) -> list[str]:
        """The experiments that read a file, by its real path, in their order."""
        return sorted(self._readers.get(real, ()), key=self._order.__getitem__)

    def _note(self, candidate: str) -> None:
        try:
            place = self._session.place(candidate)
            sections = sections_of(place)
        # What it uses is not known; a lint of all says so, and a lint of other files goes on.
        except FileProblem:
            return
        if sections is None:
            return
        output = place.output(sections.text("output"))
        self._writers.setdefault(real_path(output), {})[candidate] = None
        read = [os.path.join(output, MAPPING)]
        for name in files_of(sections):
            read.append(os.path.join(place.folder, os.path.expanduser(name)))
        for file in read:
            self._readers.setdefault(real_path(file), {})[candidate] = None


def _no_experiment(path: str, text: str, session: Session) -> NothingToDo:
    from tcwc.commands.foreign import what_it_is  # for mistakes only

    what, help = what_it_is(path, text, session) if text else ("", "")
    if what:
        return NothingToDo(f"{path} is {what}, and no experiment", help)
    message = f"{path} is no experiment, and no experiment below this folder uses it"
    return NothingToDo(message, "name an experiment.yaml")


def _is_config(place: Place) -> bool:
    """Whether a file is a plain config of the target."""
    try:
        return not is_named_as_experiment(place.path) and reads_as_config(place.source())
    except FileProblem:
        return False


def reads_as_config(text: str) -> bool:
    """Whether a text is a config: a key in it says which component is made. What embeds one as a
    text, such as a workflow that writes it, is none."""
    from tcwc.api.session import TARGET
    from tcwc.yaml.has_key import has_key

    is_experiment = has_sections(text) and not has_name_alone(text)
    return TARGET.component is not None and not is_experiment and has_key(text, TARGET.component)


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
