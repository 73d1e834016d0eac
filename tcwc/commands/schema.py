"""`tcwc schema`: JSON Schema of experiments, for editors; with the keys of a base and recipe."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import TARGET, Session
from tcwc.commands.bases import base_meant, known_version
from tcwc.commands.catalog import HERE
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, say
from tcwc.disk.whole import NewFile, bytes_at, replace_files
from tcwc.model.limits import CATALOGUE
from tcwc.model.printable import shell_path
from tcwc.model.words import either, listed, nearest
from tcwc.report.schema.document import MADE, general_text, schema_text

_OF_BASES = ("base", "recipe", "version")
"""Options that say what an experiment says itself."""
_START = "experiment_name: schema\nbase_config: {}\nrecipe: {}\n{}: {}\n"


def run(arguments: Namespace) -> int:
    """Print or write a schema; 0 done, 1 it is not known what it is of, 2 cannot."""
    try:
        session = session_of(arguments)
        if arguments.experiment and any(map(vars(arguments).get, _OF_BASES)):
            return _both(arguments)
        text = _text(session, arguments)
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    if text is None:
        return 1
    if arguments.output is None:
        give(text)
        return 0
    return _write(text, arguments)


def _both(arguments: Namespace) -> int:
    names = {each: each for each in _OF_BASES} | {"version": TARGET.name}
    given = listed([f"--{name}" for each, name in names.items() if vars(arguments)[each]])
    help = f"it says itself what it starts from: leave {given} out"
    problem("schema takes an experiment, or a base with its recipe", help, arguments)
    return 2


def _text(session: Session, arguments: Namespace) -> str | None:
    """The schema that is asked for; None where it cannot be made, which is said."""
    if arguments.experiment:
        return _of(compile(arguments.experiment, session=session), arguments)
    if not arguments.base:
        return _of_all(session, arguments)
    return _of_base(session, arguments)


def _of_all(session: Session, arguments: Namespace) -> str | None:
    """The schema of every experiment."""
    if arguments.recipe or arguments.version:
        help = f"name the base too, such as --base {TARGET.example_config}"
        problem("without a base, the schema is of every experiment", help, arguments)
        return None
    return general_text(session)


def _of(compilation: Compilation, arguments: Namespace) -> str | None:
    """The schema of an experiment; its errors keep nobody from it as long as its base is known."""
    if compilation.tree is None:
        shows_errors(compilation, arguments)
        return None
    return schema_text(compilation)


def _of_base(session: Session, arguments: Namespace) -> str | None:
    """The schema of an experiment that starts from a base."""
    known = known_version(session, session.place(HERE), arguments)
    name = base_meant(arguments.base, known, session, arguments) if known else ""
    config = known.config(name) if known and name else None
    if known is None or config is None:
        return None
    assert TARGET.about is not None
    recipe = arguments.recipe or TARGET.about(config, known).recipe
    if not recipe:
        problem(f"no recipe is known to run {name}", "name one: --recipe NAME", arguments)
        return None
    if known.recipe(recipe) is None and not recipe.endswith(".py"):
        near = nearest(recipe, known.recipe_names(), known.vocabulary())
        help = f"did you mean {either(near)}?" if near else "an own one is a file: --recipe mine.py"
        problem(f"{TARGET.name} {known.version} has no recipe {recipe}", help, arguments)
        return None
    text = _START.format(name, json.dumps(recipe), TARGET.name, json.dumps(known.version))
    return _of(compile(HERE, text=text, session=session), arguments)


def _write(text: str, arguments: Namespace) -> int:
    """Write a schema where there is none, or one that was made here."""
    path = arguments.output
    try:
        old = bytes_at(path, CATALOGUE.at_most)
        if old is not None and MADE.encode() not in old:
            help = "name another file, or remove that one"
            problem(f"{path} is there, and not a schema that tcwc wrote", help, arguments)
            return 2
        replace_files([NewFile(path, text.encode(), old)])
    except OSError as error:
        help = "name a file that can be written"
        problem(f"cannot write {path}: {error.strerror or error}", help, arguments)
        return 2
    _tell(path, arguments)
    return 0


def _tell(path: str, arguments: Namespace) -> None:
    """Say what an editor needs to find it."""
    if arguments.quiet:
        return
    beside = arguments.experiment or path
    name = os.path.relpath(path, os.path.dirname(beside) or ".")
    say(f"wrote {shell_path(path)}; an editor reads it where the source begins with", sys.stderr)
    say(f"  # yaml-language-server: $schema={name}", sys.stderr)
