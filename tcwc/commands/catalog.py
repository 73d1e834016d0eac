"""`tcwc catalog`: the versions of the target, what an upgrade changes, and one of your own."""

from __future__ import annotations

import os
import zipfile
from argparse import Namespace

from tcwc.api.local_catalogues import FOLDER, NAME, folder_at
from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem
from tcwc.commands.terminal import give, say
from tcwc.disk.files import FileProblem, Place
from tcwc.disk.packages import open_packages
from tcwc.disk.whole import replace_file
from tcwc.model.printable import shell_word
from tcwc.model.words import listed
from tcwc.report.differences import document, text
from tcwc.report.json_text import json_text

HERE = "experiment.yaml"
"""An experiment in this folder: which catalogues it may name."""


def run(arguments: Namespace) -> int:
    """List, compare or make catalogues; 0 done, 2 cannot."""
    session = Session()
    place = session.place(HERE)
    try:
        if arguments.action == "diff":
            return _diff(arguments, session, place)
        if arguments.action == "build":
            return _build(arguments, place)
        return _list(session, place)
    except FileProblem as error:
        problem(error.message, error.help, arguments)
        return 2


def _list(session: Session, place: Place) -> int:
    for version in session.versions_at(place):
        known = session.catalogue(version, place)
        recipes, configs = len(known.recipe_names()), len(known.config_names())
        words = [key for key, each in TARGET.synonyms.items() if each == version]
        more = [f"{key} {value[:12]}" for key, value in known.provenance.items()]
        more += ["for sources that name none"] if version == TARGET.default_version else []
        more += [f"also `{word}`" for word in words]
        counts = f"{recipes:>3} recipes  {configs:>4} configs"
        say(f"{version:<12}  {counts}  {', '.join(more)}".rstrip())
    return 0


def _diff(arguments: Namespace, session: Session, place: Place) -> int:
    there = session.versions_at(place)
    named = [TARGET.synonyms.get(name, name) for name in arguments.names]
    unknown = [name for name in named if name not in there]
    if len(named) != 2 or unknown:
        message = f"no catalogue of {listed(unknown)}" if unknown else "diff compares two versions"
        problem(message, f"such as `tcwc catalog diff {there[0]} {there[1]}`", arguments)
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


def _build(arguments: Namespace, place: Place) -> int:
    local = TARGET.local
    assert local is not None
    source, name = arguments.source, arguments.name
    if not source:
        help = f"such as `tcwc catalog build --from ../{TARGET.name} --name mine`"
        problem(f"--from says where the source of {TARGET.name} is", help, arguments)
        return 2
    name = name or os.path.basename(os.path.abspath(source))
    if not NAME.fullmatch(name):
        problem(f"`{name}` is no name of a catalogue", "use letters, digits, . _ and -", arguments)
        return 2
    try:
        with open_packages(source) as packages:
            texts = local.make(packages)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        why = getattr(error, "strerror", None) or error
        problem(f"{source} cannot be read: {why}", "name a checkout or a wheel", arguments)
        return 2
    folder = os.path.join(folder_at(place), name)
    if place.guard.is_outside(folder):
        problem(f"{folder} leads out of the repository", "remove the link", arguments)
        return 2
    try:
        os.makedirs(folder, exist_ok=True)
        for file, each in texts.items():
            replace_file(os.path.join(folder, file), each.encode())
    except OSError as error:
        problem(f"cannot write {folder}: {error.strerror or error}", "make it writable", arguments)
        return 2
    if not arguments.quiet:
        say(f"made {FOLDER}/{name}: commit it, and name it in experiments:")
        say(f'  {TARGET.name}: "{local.prefix}{name}"')
        diff = f"tcwc catalog diff {TARGET.default_version} {shell_word(local.prefix + name)}"
        say(f"what it has otherwise: {diff}")
    return 0
