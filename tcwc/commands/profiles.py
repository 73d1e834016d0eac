"""Cluster profiles: which ones `tcwc lint` is about, and the one that a command goes by."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.api.session import Session
from tcwc.commands.findings import show_weighty
from tcwc.commands.terminal import say
from tcwc.disk.files import (
    PROFILE_ENDS,
    PROFILES,
    Cannot,
    FileProblem,
    Place,
    find_experiments,
    is_named_as_experiment,
    looks_like_experiment,
)
from tcwc.model.rules import UNSET_VARIABLE

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.jobs.profiles.profile import Profile


def apart(files: Sequence[str], session: Session) -> tuple[list[str], list[str]]:
    """The files that are profiles, and the others. Raises FileProblem."""
    profiles, others = list[str](), list[str]()
    for path in files:
        if (found := _profiles_in(path, session)) is not None:
            profiles += found
        else:
            others.append(path)
    return profiles, others


def _profiles_in(path: str, session: Session) -> list[str] | None:
    """The profiles that a name of a file or folder stands for; None where it stands for others."""
    if is_named_as_experiment(path):
        return None
    if os.path.isdir(path):
        if os.path.basename(os.path.abspath(path)) != PROFILES or any(find_experiments(path)):
            return None
        files = (os.path.join(path, name) for name in sorted(os.listdir(path)))
        return [each for each in files if each.endswith(PROFILE_ENDS)] or None
    if not path.endswith(PROFILE_ENDS) or not os.path.isfile(path) or looks_like_experiment(path):
        return None
    from tcwc.api.clusters import is_chosen

    try:
        is_one = is_like_profile(path, Place(path).source()) or is_chosen(path, session)
    except FileProblem:
        return None  # told of where it is read
    return [path] if is_one else None


def is_like_profile(path: str, text: str) -> bool:
    """Whether a text that stands, or would stand, in a file is a profile by that alone."""
    if os.path.basename(os.path.dirname(os.path.abspath(path))) != PROFILES:
        return False
    from tcwc.api.clusters import reads_as_profile

    return reads_as_profile(text)


def chosen_profiles(
    experiments: Iterable[str], session: Session, cannot: Cannot
) -> Iterator[tuple[str, Place]]:
    """The profiles that are chosen where experiments are, each with one of them."""
    from tcwc.api.clusters import chosen_files
    from tcwc.model.problem import Problem

    try:
        yield from chosen_files(experiments, session)
    except Problem as problem:
        cannot(FileProblem(problem.message, problem.help))


def profile_for(compilation: Compilation, session: Session, arguments: Namespace) -> Profile:
    """The profile by which the runs of an experiment are submitted; what is worth knowing about it
    is said on stderr.

    Raises NoProfile, BadProfile, FileProblem.
    """
    from tcwc.api.cluster_choice import choice
    from tcwc.api.clusters import committed_choice, read_chosen, usable

    place = compilation.place
    settings = session.settings(place.folder)
    read = read_chosen(place, settings, session.cluster, session)
    profile = usable(read, place, settings)
    unset = [each for each in compilation.diagnostics if each.rule is UNSET_VARIABLE]
    show_weighty(unset, compilation.sources, arguments, sys.stderr)
    if read is not None:
        show_weighty(read.diagnostics, read.sources, arguments, sys.stderr)
        if choice(place, settings, session.cluster) is None and not arguments.quiet:
            say(f"took {read.place.path}, the only cluster profile here", sys.stderr)
    if not session.cluster and (note := committed_choice(place, settings)):
        say(note, sys.stderr)
    return profile
