"""`tcwc keys`: what can be set in the configs of a base or of an experiment, and who reads it."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable

from tcwc import __version__
from tcwc.api.compilation import compile
from tcwc.api.keys import keys, tree_of, values_of
from tcwc.api.session import TARGET, Session
from tcwc.commands.bases import base_meant, known_version
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, paint_for, say
from tcwc.language.settable import Settable
from tcwc.language.tree import Tree
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.words import either, nearest
from tcwc.report.keys import KeysOf, ToldKey, document, lines, paragraphs


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose keys are asked for: what stands where in its configs, their values, and what hides
    text that is not to be shown."""

    subject: KeysOf
    tree: Tree
    values: dict[str, Value]
    shown: Callable[[str], str] = str
    is_veiled: bool = False


def run(arguments: Namespace) -> int:
    """Tell the keys that have all words; 0 done, 1 none, or no such base, 2 unreadable."""
    try:
        asked = _asked(arguments)
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    if isinstance(asked, int):
        return asked
    found = keys(asked.tree, asked.values, arguments.words)
    if not found:
        return _none(asked, arguments)
    told = [_told(each, asked) for each in found]
    if arguments.format == "json":
        give(document(told, asked.subject, __version__, asked.shown) + "\n")
        return 0
    paint = paint_for(arguments.color, sys.stdout)
    if asked.is_veiled:
        paint = replace(paint, colour=False)  # the marks of a style are no text of the repository
    form = paragraphs if arguments.verbose else lines
    for line in form(told, paint):
        say(asked.shown(line))
    return 0


def _asked(arguments: Namespace) -> _Asked | int:
    """Whose keys a call is about; an exit code where that cannot be told, which is then said.
    Raises PROBLEMS."""
    session, name = session_of(arguments), arguments.subject
    place = session.place("experiment.yaml")
    is_file = os.path.lexists(name) or name.endswith((".yaml", ".yml"))
    at_once = is_file and arguments.version is None
    known = None if at_once else known_version(session, place, arguments)
    if known is not None and known.config(name) is not None:
        return _of_base(name, known)
    if is_file:
        return _of_experiment(session, arguments)
    if known is None:
        return 1
    if not name.strip():
        help = f"name one, as `tcwc keys {TARGET.example_config}`, or an experiment"
        problem("tcwc keys needs a base config", help, arguments)
        return 2
    meant = base_meant(name, known, session, arguments)
    return _of_base(meant, known) if meant else 1


def _of_base(name: str, known: Knowledge) -> _Asked:
    config = known.config(name)
    assert config is not None
    assert TARGET.about is not None
    recipe = TARGET.about(config, known).recipe
    tree = tree_of(config, recipe, TARGET, known)
    return _Asked(KeysOf(name, known.version, recipe), tree, config.values)


def _of_experiment(session: Session, arguments: Namespace) -> _Asked | int:
    if arguments.version is not None:
        message = f"an experiment says itself which {TARGET.name} it is for"
        problem(message, f"leave --{TARGET.name} out, or name a base config", arguments)
        return 2
    compilation = compile(arguments.subject, session=session)
    tree, experiment = compilation.tree, compilation.experiment
    # Of one with errors too: who looks for the right key mostly has one that is wrong.
    if tree is None or experiment is None:
        shows_errors(compilation, arguments)
        return 1
    subject = KeysOf(compilation.place.path, experiment.version, experiment.recipe)
    values = values_of(experiment)
    return _Asked(subject, tree, values, compilation.shown, compilation.is_veiled)


def _told(each: Settable, asked: _Asked) -> ToldKey:
    tree = asked.tree
    readers = tree.target.readers(asked.values, asked.subject.recipe, tree.recipe, tree.catalogue)
    who = [str(one) for one in readers.of(each.path)]
    who += [f"`${{...}}` of {one}" for one in readers.references(each.path)]
    return ToldKey(each, tree.catalogue.key_class(format_path(each.path)), tuple(who))


def _none(asked: _Asked, arguments: Namespace) -> int:
    """Say that no key has all words, and which may be meant."""
    words, every = arguments.words, keys(asked.tree, asked.values, ())
    names = [name for each in every for name in (*each.names, format_path(each.path))]
    names += [str(each.path[-1]) for each in every]
    near = nearest(" ".join(words), names)
    help = f"`{shell_line(['tcwc', 'keys', arguments.subject])}` lists all"
    if near:
        help = f"did you mean {either([f'`{name}`' for name in near])}?"
    message = f"{shell_path(arguments.subject)} has no key with {' and '.join(words)}"
    problem(message, help, arguments)
    return 1
