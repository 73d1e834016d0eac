"""What is known of an environment: each package against what works with a version of torchtune.

What is known not to work is told first, and is never guessed: a version that was not tried is not
known, and so is one that a package's own metadata do not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tcwc.model.environment import NOT_TRIED, Copy, Diagnosis, Environment, Package, Use
from tcwc.model.frozen import replace
from tcwc.model.words import listed
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.environment.facts import (
    ABOUT,
    NONE,
    PYTHON,
    Fact,
    View,
    facts_of,
    holds,
    holds_but_for_range,
    works,
)
from tcwc.torchtune.environment.releases import Release, is_in, is_out, parse_release
from tcwc.torchtune.keys import NO_RELEASE

SUBJECT = "torchtune"
TABLE = "environments"

_NO_VERSION = "?"
"""What is said to be found of a package whose metadata name no version."""


def asked(known: Catalogue) -> tuple[str, ...]:
    """The packages that are to be looked for."""
    about = known.entries(TABLE)[ABOUT]
    return tuple(name for name in (*about["packages"], *about["also"]) if name != PYTHON)


def own(environment: Environment, known: Catalogue) -> str:
    """The version of torchtune that an environment has, as its catalogue is called; "" where there
    is none, and NO_RELEASE where its metadata do not tell which it is."""
    if not environment.packages.get(SUBJECT):
        return ""
    return own_version(environment, known.entries(TABLE)[ABOUT]) or NO_RELEASE


def judge(environment: Environment, known: Catalogue, version: str, use: Use | None) -> Diagnosis:
    """What is known of an environment, for a version of torchtune.

    `known` is of that version; of NO_RELEASE where the environment has a torchtune that cannot be
    told: what is true of a version need not be true of that.
    """
    entries = known.entries(TABLE)
    about, facts = entries[ABOUT], facts_of(entries)
    view = View(environment, use, _builds(environment, version, about))
    rows = [_subject(view, facts, version, about)]
    for name in about["packages"]:
        if name != SUBJECT:
            rows.append(_row(name, view, facts))
            # What goes with a build that is replaced goes with none that is there then.
            view = _planned(view, rows[-1])
    return Diagnosis(version if version != NO_RELEASE else "", tuple(rows))


def _planned(view: View, row: Package) -> View:
    """An environment in which a package is what is to be installed for it: PyPI's own build."""
    exact = (re.fullmatch(r"([\w-]+)={2,3}([\w.]+)", each) for each in row.install)
    version = next((match[2] for match in exact if match and match[1] == row.name), None)
    if version is None:
        return view
    copy = Copy(version, has_cuda_parts=True)
    packages = {**view.environment.packages, row.name: (copy,)}
    return replace(view, environment=replace(view.environment, packages=packages))


def own_version(environment: Environment, about: Mapping[str, Any]) -> str | None:
    """The version of torchtune that an environment has, by the name that its catalogue has.

    None where there is no torchtune, or its metadata do not tell which it is: what is built from a
    checkout has the number 0.0.0, and only its commit says more.
    """
    view = View(environment, None, frozenset())
    release, copy = view.release(SUBJECT), view.copy(SUBJECT)
    if release is None or copy is None:
        return None
    for build in about["builds"].values():
        if _is_build(build, release, copy):
            return str(build["release"])
    if not any(release.numbers):
        return None
    return release.public if release.is_final else None


def _builds(environment: Environment, version: str, about: Mapping[str, Any]) -> frozenset[str]:
    """The builds, by their names in the table, that the torchtune of an environment is one of.

    Where that is not the version that is wanted, those of what is to be installed.
    """
    view = View(environment, None, frozenset())
    release, copy = view.release(SUBJECT), view.copy(SUBJECT)
    if copy is None or own_version(environment, about) not in (None, version):
        return frozenset(about["releases"].get(version, {}).get("builds", ()))
    if release is None:
        return frozenset()
    named = about["builds"].items()
    return frozenset(name for name, build in named if _is_build(build, release, copy))


def _is_build(build: Mapping[str, Any], release: Release, copy: Copy) -> bool:
    if "range" in build:
        return is_in(release, build["range"])
    return bool(copy.commit) and copy.commit.startswith(tuple(build["commits"]))


def _subject(view: View, facts: Sequence[Fact], version: str, about: Mapping[str, Any]) -> Package:
    """torchtune itself: whether it is the version that is wanted."""
    row = _row(SUBJECT, view, facts)
    own, is_ours = own_version(view.environment, about), version in about["releases"]
    install = tuple(about["releases"][version]["install"]) if is_ours else ()
    row = replace(row, works=(version,) if is_ours else ())
    if not row.found:
        return replace(row, verdict="broken", why="it is not installed", install=install)
    if own is None:
        return replace(row, verdict="unknown", why=_untold(row, view))
    if own == version:
        return row
    if not is_ours:
        why = f"whether it is {version} cannot be told"
        return replace(row, verdict="unknown", why=why)
    why = f"what is checked is {SUBJECT} {version}, and this is {own}"
    return replace(row, verdict="broken", why=why, source="", install=install)


def _untold(row: Package, view: View) -> str:
    """Why it cannot be told which release of torchtune there is."""
    release, copy = view.release(SUBJECT), view.copy(SUBJECT)
    if release is None or copy is None:
        return row.why
    if any(release.numbers):
        return "nothing is known of this release"
    if copy.commit:
        return "it was built from a commit that nothing is known of"
    return (
        f"it was built from a checkout, which has the number {NO_RELEASE}; its metadata do not say "
        "of which commit"
    )


def _row(name: str, view: View, facts: Sequence[Fact]) -> Package:
    about = [fact for fact in facts if fact.package == name]
    failing = [fact for fact in about if fact.kind == "fails"]
    copy, release = view.copy(name), view.release(name)
    found = copy.version or _NO_VERSION if copy else ""
    known = _known(view, about, failing)
    notes = (*_notes(name, view), *(f.why for f in about if f.kind == "note" and holds(f, view)))
    broken = next((fact for fact in failing if holds(fact, view)), None)
    if broken is not None:
        install = tuple(filter(None, (_filled(each, view) for each in broken.install)))
        return Package(name, found, known, "broken", broken.why, broken.source, notes, install)
    if copy is None:
        return Package(name, "", known, "absent", notes=notes)
    if (trouble := view.trouble(name)) or release is None:
        why = trouble or "it is a build of its own, or no version that can be read"
        return Package(name, found, known, "unknown", why, notes=notes)
    tried = (f for f in about if f.kind == "works" and holds(f, view) and works(f, release))
    if (fact := next(tried, None)) is not None:
        return Package(name, found, known, "works", source=fact.source, notes=notes)
    return Package(name, found, known, "unknown", NOT_TRIED, notes=notes)


def _filled(requirement: str, view: View) -> str:
    """A requirement with the number of a version that is there; "" where there is none."""
    name = requirement.partition("{")[2].partition("}")[0]
    if not name:
        return requirement
    release = view.release(name)
    return requirement.replace(f"{{{name}}}", release.public) if release else ""


def _known(view: View, about: Sequence[Fact], failing: Sequence[Fact]) -> tuple[str, ...]:
    """The versions that work, here: without those that fail for what the environment is for."""
    out = [f.conditions.range for f in failing if holds_but_for_range(f, view)]
    tried = [v for f in about if f.kind == "works" and holds(f, view) for v in f.tried]
    return tuple(
        version
        for version in dict.fromkeys(tried)
        if (release := parse_release(version)) is None
        or not any(spec and spec != NONE and is_in(release, spec) for spec in out)
    )


def _notes(name: str, view: View) -> tuple[str, ...]:
    """What metadata say besides: what others ask for, how it was installed, what hides behind."""
    notes = []
    release, copies = view.release(name), view.environment.packages.get(name, ())
    for other, theirs in view.environment.packages.items():
        spec = theirs[0].requires.get(name, "") if theirs else ""
        if spec and release is not None and is_out(release, spec):
            notes.append(f"{other} {theirs[0].version} asks for {name}{spec}")
    asked = copies[0].python if copies else ""
    running = view.release(PYTHON)
    if asked and running is not None and is_out(running, asked):
        notes.append(f"it asks for Python {asked}")
    if copies and copies[0].commit:
        notes.append(f"built from commit {copies[0].commit[:9]}")
    if copies and copies[0].is_editable:
        notes.append("installed as a link to a checkout")
    behind = [each for each in copies[1:] if each.folder != copies[0].folder]
    if behind:
        told = listed([f"{each.version} in {each.folder}" for each in behind])
        notes.append(f"other copies come after it: {told}")
    return tuple(notes)
