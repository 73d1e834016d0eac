"""`tcwc catalog`: the versions of the target, what an upgrade changes, and one of your own."""

from __future__ import annotations

import os
import sys
import zipfile
from argparse import Namespace
from collections.abc import Sequence

from tcwc.api.local_catalogues import folder_at
from tcwc.api.session import DATA, TARGET, Session
from tcwc.commands.findings import problem
from tcwc.commands.terminal import give, paint_for, say
from tcwc.disk.files import FileProblem, Place
from tcwc.disk.folder import ATTRIBUTES
from tcwc.disk.packages import open_packages
from tcwc.disk.whole import NewFile, bytes_at, replace_files
from tcwc.disk.writer import ATTRIBUTES_TEXT
from tcwc.model.cut import cut_inside
from tcwc.model.known import Knowledge
from tcwc.model.limits import CATALOGUE, MESSAGE
from tcwc.model.printable import shell_line, shell_path, shell_word
from tcwc.model.target import CATALOGUES, Local
from tcwc.model.values import Value
from tcwc.model.words import listed
from tcwc.report.differences import document, text
from tcwc.report.json_text import json_text

HERE = "experiment.yaml"
"""An experiment in this folder: which catalogues it may name."""

_SHOWN = 20
"""Warnings of one catalogue that are told each for itself."""


def no_catalogue(version: str, known: Sequence[str], arguments: Namespace) -> None:
    """Say that a version that was asked for is none of those that are known."""
    message = f"tcwc has no catalogue of {TARGET.name} {version}"
    problem(message, f"there are {TARGET.listed(known)}", arguments)


def run(arguments: Namespace) -> int:
    """List, compare or make catalogues; 0 done, 2 cannot."""
    session = Session()
    place = session.place(HERE)
    try:
        if arguments.action == "diff":
            return _diff(arguments, session, place)
        if arguments.names:
            return _too_many(arguments)
        if arguments.action == "build":
            return _build(arguments, session, place)
        return _list(arguments, session, place)
    except FileProblem as error:
        problem(error.message, error.help, arguments)
        return 2


def _too_many(arguments: Namespace) -> int:
    """Words that only `diff` takes."""
    action, words = arguments.action, shell_line(arguments.names)
    typed = ["tcwc", "catalog", "diff", *arguments.names]
    if action == "build":
        source = arguments.source or arguments.names[0]
        typed = ["tcwc", "catalog", "build", "--from", source]
        typed += ["--name", arguments.names[0]] if arguments.source else []
    elif len(arguments.names) != 2:
        typed = ["tcwc", "catalog", "list"]
    help = f"did you mean `{shell_line(typed)}`?"
    problem(f"catalog {action} does not take {words}", help, arguments)
    return 2


def _list(arguments: Namespace, session: Session, place: Place) -> int:
    known = [session.catalogue(version, place) for version in session.versions_at(place)]
    if arguments.format == "json":
        give(json_text({"versions": list(map(_described, known))}) + "\n")
        return 0
    for each in known:
        about = _described(each)
        more = [f"{key} {value[:12]}" for key, value in each.provenance.items()]
        more += ["for sources that name none"] if about["is_default"] else []
        more += [f"also `{word}`" for word in TARGET.words_of(each.version)]
        counts = f"{about['recipes']:>3} recipes  {about['configs']:>4} configs"
        say(f"{each.version:<12}  {counts}  {', '.join(more)}".rstrip())
    return 0


def _described(known: Knowledge) -> dict[str, Value]:
    """A version as a member of the list."""
    return {
        "version": known.version,
        "recipes": len(known.recipe_names()),
        "configs": len(known.config_names()),
        "is_default": known.version == TARGET.default_version,
        "also": [*TARGET.words_of(known.version)],
        **known.provenance,
    }


def _diff(arguments: Namespace, session: Session, place: Place) -> int:
    there = session.versions_at(place)
    named = [TARGET.version_of(name) for name in arguments.names]
    unknown = [name for name in named if name not in there]
    if len(named) != 2 or unknown:
        message = f"no catalogue of {listed(unknown)}" if unknown else "diff compares two versions"
        words = "".join(f" (`{word}` is {each})" for word, each in TARGET.synonyms.items())
        help = f"there is {listed(there)}{words}: `tcwc catalog diff {there[0]} {there[1]}`"
        problem(message, help, arguments)
        return 2
    old, new = (session.catalogue(version, place) for version in named)
    assert TARGET.differences is not None
    found = TARGET.differences(old, new)
    if arguments.format == "json":
        give(json_text(document(found)) + "\n")
    else:
        for line in text(found, everything=arguments.verbose):
            say(line)
    return 0


def _build(arguments: Namespace, session: Session, place: Place) -> int:
    local = TARGET.local
    assert local is not None
    source, name = arguments.source, arguments.name
    if not source:
        help = f"such as `tcwc catalog build --from ../{TARGET.name} --name mine`"
        problem(f"--from says where the source of {TARGET.name} is", help, arguments)
        return 2
    name = name or os.path.basename(os.path.abspath(source))
    version = f"{local.prefix}{name}"
    if not local.name(version):
        problem(f"`{name}` is no name of a catalogue", "use letters, digits, . _ and -", arguments)
        return 2
    try:
        with open_packages(source) as packages:
            made = local.make(packages, DATA)
        contents = {file: each.encode() for file, each in made.texts.items()}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        why = getattr(error, "strerror", None) or error
        help = _other_source(source) or "name a checkout or a wheel"
        problem(f"{source} cannot be read: {why}", help, arguments)
        return 2
    folder = os.path.join(folder_at(place), name)
    if place.guard.is_outside(folder):
        problem(f"{folder} leads out of the repository", "remove the link", arguments)
        return 2
    before = _standing(session, version, place)
    try:
        os.makedirs(folder, exist_ok=True)
        if not os.path.lexists(os.path.join(folder, ATTRIBUTES)):
            contents[ATTRIBUTES] = ATTRIBUTES_TEXT.encode()
        paths = {os.path.join(folder, file): each for file, each in contents.items()}
        old = {path: bytes_at(path, CATALOGUE.at_most) for path in paths}
        replace_files([NewFile(path, data, old[path]) for path, data in paths.items()])
    except OSError as error:
        problem(f"cannot write {folder}: {error.strerror or error}", "make it writable", arguments)
        return 2
    _tell_left_out(made.left_out, arguments)
    if not arguments.quiet:
        now = Session().catalogue(version, place)
        _tell_made(version, before, now, local)
        say(f"what it has otherwise: tcwc catalog diff {made.of} {shell_word(version)}")
    return 0


def _tell_made(version: str, before: Knowledge | None, now: Knowledge, local: Local) -> None:
    """What was made, and what there was in its place."""
    folder = f"{CATALOGUES}/{local.name(version)}"
    if before is None:
        say(f"made {folder}: commit it, and name it in experiments:")
        say(f'  {TARGET.name}: "{version}"')
    elif before.provenance == now.provenance:
        say(f"{folder} is as it was")
    else:
        was, of = before.provenance.get("of"), now.provenance.get("of")
        other = f" of {TARGET.name} {was} by one of {of}" if was != of else ""
        say(f"replaced {folder}{other}: runs that it changes are built anew with --upgrade")


def _standing(session: Session, version: str, place: Place) -> Knowledge | None:
    """The catalogue that is there already; None where there is none that can be read."""
    if version not in session.versions_at(place):
        return None
    try:
        return session.catalogue(version, place)
    except FileProblem:
        return None


def _other_source(source: str) -> str:
    """The folder that was meant, where it is the one above: `--from fork/torchtune`."""
    above = os.path.dirname(os.path.abspath(source))
    if os.path.basename(os.path.abspath(source)) != TARGET.name or not os.path.isdir(source):
        return ""
    way = shell_path(os.path.relpath(above))
    return f"name the folder above it: `tcwc catalog build --from {way}`"


def _tell_left_out(left_out: Sequence[str], arguments: Namespace) -> None:
    """Warn of what the catalogue does not know, a line for each."""
    warning = paint_for(arguments.color, sys.stderr)("warning", "warning")
    for each in left_out[:_SHOWN]:
        say(f"tcwc: {warning}: {cut_inside(each, MESSAGE.at_most)}", sys.stderr)
    if len(left_out) > _SHOWN:
        more = len(left_out) - _SHOWN
        say(f"tcwc: {warning}: {more} more files or lines are left out", sys.stderr)
    if left_out and not arguments.quiet:
        say("  = help: mend them in the source, and build the catalogue again", sys.stderr)
