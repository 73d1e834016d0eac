"""`tcwc doctor`: an environment that runs train in, against what is known to work there."""

from __future__ import annotations

import sys
from argparse import Namespace

from tcwc import __version__
from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import TARGET
from tcwc.api.surroundings import examine
from tcwc.commands.catalog import HERE, no_catalogue
from tcwc.commands.findings import shows_errors, tell
from tcwc.commands.problems import PROBLEMS, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, paint_for, say_lines
from tcwc.disk.installed import NoPython, own_python
from tcwc.report.environment import document, lines, pip_of


def run(arguments: Namespace) -> int:
    """Look at an environment; 0 nothing is wrong, 1 something is known not to work, 2 it cannot
    be looked at."""
    session = session_of(arguments)
    compilation: Compilation | None = None
    asked = arguments.version_asked and TARGET.version_of(arguments.version_asked)
    try:
        place = session.place(arguments.experiment or HERE)
        known = session.versions_at(place)
        if asked is not None and asked not in known:
            no_catalogue(asked, known, arguments)
            return 2
        if arguments.experiment is not None:
            compilation = compile(arguments.experiment, session=session)
            if shows_errors(compilation, arguments):
                return 2
        python = arguments.python
        found = examine(own_python() if python is None else python, session, compilation, asked)
    except NoPython as error:
        tell(error, arguments)
        return 2
    except PROBLEMS as error:
        explain(error, arguments, compilation)
        return 2
    environment, diagnosis = found
    pip = pip_of(None if python is None else environment.python)
    if arguments.format == "json":
        named = compilation.place.path if compilation is not None else None
        give(document(diagnosis, environment, pip, named, __version__) + "\n")
    elif diagnosis.broken or not arguments.quiet:
        paint = paint_for(arguments.color, sys.stdout)
        say_lines(lines(diagnosis, environment, pip, paint, everything=arguments.verbose))
    return 1 if diagnosis.broken else 0
