"""Which cluster profile holds: an option, the environment, a checkout's own file, settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcwc.api.session import CLUSTER_VARIABLE
from tcwc.disk.boundary import top_of
from tcwc.disk.files import (
    LOCAL_SETTINGS,
    PROFILE_ENDS,
    PROFILES,
    FileProblem,
    Place,
    find_local_settings,
    read_settings_text,
)
from tcwc.model.frozen import dataclass
from tcwc.model.problem import Problem
from tcwc.model.words import either, nearest

if TYPE_CHECKING:
    from tcwc.api.settings import Settings


EXAMPLE = (
    "      partition: gpu        # as `sinfo` lists them",
    "      gpu_directive: gres   # or gpus-per-node, or gpus",
    "      setup:",
    "        - module load cuda",
    "        - source /path/to/venv/bin/activate",
)
"""A profile to begin with."""
ONLY = f"the only one in {PROFILES}/"
"""What chooses a profile that nothing names."""


class NoProfile(Problem):
    """No cluster profile is chosen, or there is none of the name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A profile as it was named, by whom (`--cluster`), and the folder that a path is seen from.

    `is_ours`: a file of the repository names it, and not who runs tcwc.
    """

    named: str
    by: str
    folder: str
    is_ours: bool = False


def _is_path(named: str) -> bool:
    return "/" in named or named.endswith(PROFILE_ENDS)


def choice(
    place: Place, settings: Settings | None, named: str | None = None, *, takes_only: bool = False
) -> Choice | None:
    """What names the profile for an experiment; None where nothing does.

    `named` is what an option says; with `takes_only` one that stands alone need not be named.
    Raises FileProblem where tcwc.local.toml is wrong.
    """
    if named:
        return Choice(named, "--cluster", os.curdir)
    if variable := os.environ.get(CLUSTER_VARIABLE):
        return Choice(variable, CLUSTER_VARIABLE, os.curdir)
    path = find_local_settings(place.folder)
    if path is not None and (text := _local(path, place)):
        return Choice(text, os.path.relpath(path), os.path.dirname(path), True)
    if settings is not None and settings.cluster is not None:
        name, path = settings.cluster
        return Choice(name, os.path.relpath(path), os.path.dirname(path), True)
    there = list(dict.fromkeys(_names(place, settings))) if takes_only else []
    return Choice(there[0], ONLY, os.curdir, True) if len(there) == 1 else None


def profile_path(chosen: Choice, place: Place, settings: Settings | None) -> str:
    """The file of the profile that was chosen. Raises NoProfile."""
    if _is_path(chosen.named):
        path = os.path.join(chosen.folder, os.path.expanduser(chosen.named))
        if os.path.isfile(path):
            return os.path.relpath(path)
        message = f"there is no file {os.path.relpath(path)}, which {chosen.by} names"
        raise _none(message, place, settings, chosen.named)
    for folder in _profile_folders(place, settings):
        for end in PROFILE_ENDS:
            path = os.path.join(folder, chosen.named + end)
            if os.path.isfile(path):
                return os.path.relpath(path)
    message = f"there is no cluster profile `{chosen.named}`, which {chosen.by} names"
    raise _none(message, place, settings, chosen.named)


def nothing_chosen(place: Place, settings: Settings | None) -> NoProfile:
    """What is said where a profile is needed and nothing names one."""
    return _none("no cluster profile is chosen", place, settings, "")


def _none(message: str, place: Place, settings: Settings | None, named: str) -> NoProfile:
    there = list(dict.fromkeys(_names(place, settings)))
    if not there:
        name = named if named and "/" not in named else "della"
        name = name if name.endswith(PROFILE_ENDS) else f"{name}.yaml"
        where = os.path.relpath(os.path.join(_folders(place, settings)[-1], PROFILES, name))
        help = f"write how your cluster is spoken to into {where}, such as"
        return NoProfile(message, help, example=EXAMPLE)
    if near := nearest(named, there):
        return NoProfile(message, f"did you mean `{near[0]}`?")
    say = f"there {'is' if len(there) == 1 else 'are'} {either(there)}"
    line = f'`cluster = "{there[0]}"` in {LOCAL_SETTINGS}'
    return NoProfile(message, f"{say}: name it by `--cluster {there[0]}`, or write {line}")


def _names(place: Place, settings: Settings | None) -> Iterator[str]:
    """The names of the profiles that there are."""
    for folder in _profile_folders(place, settings):
        try:
            files = sorted(os.listdir(folder))
        except OSError:
            continue
        for each in files:
            stem, end = os.path.splitext(each)
            if end in PROFILE_ENDS:
                yield stem


def _profile_folders(place: Place, settings: Settings | None) -> list[str]:
    """Where a profile of a name is looked for, the nearest to the experiment first."""
    folders = [*_folders(place, settings), os.path.abspath(os.curdir)]
    return [os.path.join(each, PROFILES) for each in dict.fromkeys(folders)]


def _folders(place: Place, settings: Settings | None) -> list[str]:
    """The folders from an experiment's own up to the repository's, or to that of its settings."""
    folder = os.path.abspath(place.folder)
    tops = [os.path.dirname(settings.path)] if settings is not None else []
    tops += [os.path.dirname(each.path) for each in settings.above] if settings is not None else []
    if (top := top_of(folder)) is not None:
        tops.append(top)
    last = min((each for each in tops if _is_above(each, folder)), key=len, default=folder)
    found = [folder]
    while found[-1] != last:
        found.append(os.path.dirname(found[-1]))
    return found


def _is_above(folder: str, other: str) -> bool:
    return os.path.commonpath([folder, other]) == folder


def _local(path: str, place: Place) -> str:
    """The profile that the file of a checkout names; "" for none. Raises FileProblem."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    text, shown = read_settings_text(path, place.guard), os.path.relpath(path)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{shown}: this is not TOML: {error}"
        raise FileProblem(message, 'write cluster = "della"') from None
    for key in table:
        if key != "cluster":
            help = "only `cluster` stands here; what holds for all goes to tcwc.toml"
            if nearest(key, ["cluster"]):
                help = "did you mean `cluster`?"
            raise FileProblem(f"{shown}: there is no setting `{key}` in this file", help)
    name = table.get("cluster", "")
    if not isinstance(name, str):
        raise FileProblem(f"{shown}: `cluster` must be a string", 'write cluster = "della"')
    return name
