"""`tcwc bases`: the base configs that torchtune ships, searched by what they are about."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from tcwc import __version__
from tcwc.api.session import TARGET, Session
from tcwc.commands.findings import problem, tell
from tcwc.commands.habits import SHOWS
from tcwc.commands.terminal import give, paint_for, say, say_lines
from tcwc.disk.files import FileProblem, Place, looks_like_experiment
from tcwc.language.release import no_catalogue
from tcwc.model.about import About, fitting, surely
from tcwc.model.known import Knowledge
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.secrets import masked_value
from tcwc.model.words import either, nearest
from tcwc.report.bases import document, lines


def run(arguments: Namespace) -> int:
    """List the bases that have all words, or print one; 0 done, 1 none, 2 a catalogue of one's own
    cannot be read."""
    session, place = Session(), Place("experiment.yaml")
    try:
        known = known_version(session, place, arguments)
        if known is None:
            return 1
        return (
            _show(known, session, arguments) if arguments.show else _list(known, session, arguments)
        )
    except FileProblem as error:
        problem(error.message, error.help, arguments)
        return 2


def known_version(session: Session, place: Place, arguments: Namespace) -> Knowledge | None:
    """What is known of the version that a call asks for, or of the usual one; None where nothing
    is, which is then said. Raises FileProblem."""
    there = session.versions_at(place)
    wanted = TARGET.version_of(arguments.version or TARGET.default_version)
    if wanted in there:
        return session.catalogue(wanted, place)
    tell(no_catalogue(wanted, there, TARGET), arguments)
    return None


def _list(known: Knowledge, session: Session, arguments: Namespace) -> int:
    found = found_by(arguments.words, known)
    if not found:
        return _tell_none(arguments.words, known, session, arguments)
    if arguments.format == "json":
        give(document(found, known.version, __version__) + "\n")
    else:
        say_lines(lines(found, paint_for(arguments.color, sys.stdout)))
        if arguments.words and not arguments.quiet:
            say(f"Next: tcwc init {found[0].name}", sys.stderr)
    return 0


def _show(known: Knowledge, session: Session, arguments: Namespace) -> int:
    """Print the one base that is named, or that alone has all words."""
    named = known.config(" ".join(arguments.words))
    found = [] if named else found_by(arguments.words, known)
    if len(found) > 1:
        help = f"there are {', '.join(each.name for each in found[:5])}"
        if not arguments.words:
            help = f"for example `tcwc bases --show {TARGET.example_config}`"
        problem("--show prints one base config, by its whole name", help, arguments)
        return 1
    named = named or (known.config(found[0].name) if found else None)
    if named is None:
        return _tell_none(arguments.words, known, session, arguments)
    values = named.values.items()
    give("".join(TARGET.emit(key, masked_value(key, value)) for key, value in values))
    return 0


def found_by(words: Sequence[str], known: Knowledge) -> list[About]:
    """The configs that have all words, the likeliest first."""
    configs = filter(None, map(known.config, known.config_names()))
    assert TARGET.about is not None
    return fitting([TARGET.about(each, known) for each in configs], words)


def base_meant(name: str, known: Knowledge, session: Session, arguments: Namespace) -> str:
    """The config that a name stands for, or the words in it; "" where none is, or several are,
    which is then said."""
    if known.config(name) is not None:
        return name
    found = found_by(name.split(), known)
    last = [each for each in found if each.name.rpartition("/")[2].lower() == name.lower()]
    one = last[0] if len(last) == 1 else surely(found, name.split())
    if one is not None:
        return one.name
    if found:
        listed = either([each.name for each in found[:3]])
        typed = shell_line(["tcwc", "bases", *name.split()])
        help = f"name one: {listed}; `{typed}` lists them"
        problem(f"{name} may be {len(found)} base configs", help, arguments)
        return ""
    if os.path.exists(name) and not looks_like_experiment(name):
        help = f"`tcwc adopt {shell_path(name)}` makes an experiment of what is there, if it can"
        problem(f"{name} is there, and no base config", help, arguments)
        return ""
    _tell_none([name], known, session, arguments)
    return ""


def _tell_none(
    words: Sequence[str], known: Knowledge, session: Session, arguments: Namespace
) -> int:
    """Say that no config has all words, and which one may be meant; gives the exit code."""
    place = Place("experiment.yaml")
    others = (each for each in reversed(session.versions) if each != known.version)
    has = next((v for v in others if found_by(words, session.catalogue(v, place))), None)
    typed = shell_line(["tcwc", "bases", f"--{TARGET.name}", has or "", *words])
    help = f"{has} has: `{typed}`" if has else _near(words, known)
    message = f"no base config of {TARGET.name} {known.version} has {' and '.join(words)}"
    problem(message, help, arguments)
    return 1


def _near(words: Sequence[str], known: Knowledge) -> str:
    """What to type for words that no config has."""
    if words[0] in SHOWS and len(words) > 1:
        return f"did you mean `{shell_line(['tcwc', 'bases', '--show', *words[1:]])}`?"
    typed = " ".join(words)
    every = [*known.config_names(), *known.recipe_names()]
    near = nearest(typed.lower(), every) or TARGET.near_configs(typed, known)
    return f"did you mean {either(near)}?" if near else "`tcwc bases` lists them all"
