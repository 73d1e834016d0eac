"""Cluster profiles: which one holds for an experiment, read and linted."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tcwc.api.cluster_choice import (
    NoProfile,
    choice,
    nothing_chosen,
    profile_path,
)
from tcwc.disk.boundary import real_path
from tcwc.disk.files import LOCAL_SETTINGS, Place
from tcwc.model.diagnostics import Diagnostic, first_errors, has_errors, in_order
from tcwc.model.frozen import dataclass
from tcwc.model.outside import veiled
from tcwc.model.problem import Problem
from tcwc.model.rules import BAD_SETUP
from tcwc.model.secrets import may_hold_one
from tcwc.model.site import Site
from tcwc.model.source import SourceText

if TYPE_CHECKING:
    from tcwc.api.session import Session
    from tcwc.api.settings import Settings
    from tcwc.jobs.profiles.profile import Profile

_TOLD = 5
"""Errors that an exception tells of; `tcwc lint` tells of all."""


class BadProfile(Problem):
    """A cluster profile that has errors; `details` are the first of them."""


@dataclass(frozen=True, slots=True)
class ReadProfile:
    """A profile's file, what stands in it, and what is wrong with it.

    `strict`: its settings make warnings fail a command. `profile` is None where it is no mapping.
    """

    place: Place
    profile: Profile | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]
    strict: bool = False

    @property
    def ok(self) -> bool:
        """Whether it can be used."""
        return self.profile is not None and not has_errors(self.diagnostics)


def chosen_profile(place: Place, session: Session, named: str | None = None) -> Profile | None:
    """The profile of the cluster that this machine is one of; None where nothing names one.

    Raises NoProfile, BadProfile, FileProblem.
    """
    settings = session.settings(place.folder)
    read = read_chosen(place, settings, named, session)
    return None if read is None else usable(read, place, settings)


def usable(read: ReadProfile | None, place: Place, settings: Settings | None) -> Profile:
    """The profile that was read. Raises NoProfile, BadProfile."""
    if read is None:
        raise nothing_chosen(place, settings)
    if read.profile is None or not read.ok:
        raise _bad(read)
    return read.profile


def read_chosen(
    place: Place,
    settings: Settings | None,
    named: str | None = None,
    session: Session | None = None,
) -> ReadProfile | None:
    """The chosen profile as it was read; None where nothing names one.

    Raises NoProfile, FileProblem.
    """
    takes_only = session is not None and session.takes_only_cluster
    chosen = choice(place, settings, named, takes_only=takes_only)
    if chosen is None:
        return None
    path = profile_path(chosen, place, settings)
    return lint_profile(path, session, apart_from=place if chosen.is_ours else None)


def committed_choice(place: Place, settings: Settings | None) -> str:
    """What is said where the file that chooses for one checkout is in git, and so in all of them;
    "" where it is not."""
    from tcwc.disk.files import is_tracked

    chosen = choice(place, settings)
    if chosen is None or os.path.basename(chosen.by) != LOCAL_SETTINGS or not is_tracked(chosen.by):
        return ""
    return (
        f"git tracks {chosen.by}, which is to choose for this checkout alone: "
        f"`git rm --cached {chosen.by}`, and name it in .gitignore; what holds for all is "
        "`cluster` in tcwc.toml"
    )


def lint_profile(
    path: str,
    session: Session | None = None,
    *,
    text: str | None = None,
    apart_from: Place | None = None,
) -> ReadProfile:
    """Read a profile's file; `text` as if it stood there.

    `apart_from` is the experiment whose repository names it: nothing is shown of a file outside of
    that. Raises FileProblem.
    """
    from tcwc.api.session import DATA, Session
    from tcwc.disk.bash import bash_syntax
    from tcwc.jobs.profiles.reader import Knows, read_profile
    from tcwc.jobs.profiles.sbatch_options import sbatch_options
    from tcwc.lint.secrets import check_secrets

    session = session or Session()
    place = session.place(path)
    guard = (apart_from or place).guard
    if apart_from is not None:
        Place(path, guard).within()
    is_outside = text is None and guard.is_outside(path)
    source = SourceText(place.path, place.source() if text is None else text, is_outside=is_outside)
    knows = Knows(sbatch_options(DATA.read("slurm.json")), bash_syntax)
    profile, found = read_profile(source, knows)
    found += check_secrets([source])
    settings = session.settings(place.folder)
    sources = {source.name: source}
    kept = in_order(_hidden(_reviewed(found, source, settings, place, session), source))
    strict = settings is not None and settings.strict
    veil = session.veil(apart_from or place, sources)
    if veil is not None:
        kept = tuple(veiled(each, veil) for each in kept)
        sources = {} if is_outside else sources
    return ReadProfile(place, profile, kept, sources, strict)


def _reviewed(
    found: list[Diagnostic],
    source: SourceText,
    settings: Settings | None,
    place: Place,
    session: Session,
) -> list[Diagnostic]:
    """What comments and settings leave of the findings. What cannot be read stays; what bash says
    may be about a bash that is older than the site's."""
    from tcwc.lint.review import Review
    from tcwc.yaml.comments import comments

    preview = settings.preview if settings else session.preview
    judge = settings.judge(place) if settings else None
    review = Review({source.name: source}, comments, judge, preview=preview)
    kept = review.of_source([each for each in found if each.rule is not BAD_SETUP])
    kept += review.of_check([each for each in found if each.rule is BAD_SETUP])
    return kept + review.of_comments(source.name, kept)


def _hidden(found: list[Diagnostic], source: SourceText) -> list[Diagnostic]:
    """The findings without secrets in what they say."""
    if not may_hold_one(source.text):
        return found
    from tcwc.model.hidden import without_secrets

    return list(without_secrets(tuple(found), [source]))


def _bad(read: ReadProfile) -> BadProfile:
    """The error of who needs a profile that has some, with the first of them."""
    details = first_errors(read.diagnostics, _TOLD)
    message = f"the cluster profile {read.place.path} has errors"
    return BadProfile(message, f"`tcwc lint {read.place.path}` says what to write", details)


def site_of(place: Place, settings: Settings | None, session: Session) -> Site | None:
    """What a lint has to know of the cluster that is chosen for an experiment; None where none is,
    or it cannot be read: a lint of the profile says why."""
    from tcwc.jobs.profiles.environment import set_by

    try:
        read = read_chosen(place, settings, session.cluster, session)
    except Problem:
        return None
    if read is None or read.profile is None:
        return None
    return Site(read.place.path, set_by(read.profile))


def chosen_files(experiments: Iterable[str], session: Session) -> Iterator[tuple[str, Place]]:
    """The files of the profiles that are chosen where experiments are, each once, with an
    experiment of each.

    A name in the environment is for any repository, and need be in none.
    Raises NoProfile, FileProblem.
    """
    folders: set[str] = set()
    seen: set[str] = set()
    for path in experiments:
        place = session.place(path)
        if place.folder in folders:
            continue
        folders.add(place.folder)
        settings = session.settings(place.folder)
        chosen = choice(place, settings)
        if chosen is None:
            continue
        try:
            file = profile_path(chosen, place, settings)
        except NoProfile:
            if chosen.is_ours:
                raise
            continue
        if os.path.abspath(file) not in seen:
            seen.add(os.path.abspath(file))
            yield file, place


def is_chosen(path: str, session: Session) -> bool:
    """Whether a file is the profile that is chosen where it stands. Raises FileProblem."""
    place = session.place(path)
    settings = session.settings(place.folder)
    chosen = choice(place, settings)
    try:
        return chosen is not None and (
            real_path(path) == real_path(profile_path(chosen, place, settings))
        )
    except NoProfile:
        return False


_OF_SLURM = re.compile(r"(?i)slurm|sbatch|\bpartition\b")


def reads_as_profile(text: str) -> bool:
    """Whether a text in a folder of cluster profiles, which is no experiment, is one: it has a key
    of theirs, or words of Slurm, as those of other programs have."""
    from tcwc.jobs.profiles.reader import KEYS

    lines = (line.partition(":") for line in text.split("\n"))
    return any(colon and name in KEYS for name, colon, _ in lines) or bool(_OF_SLURM.search(text))
