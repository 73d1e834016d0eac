"""`tcwc verify`: whether a folder is a run of an experiment."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from tcwc.api.compilation import compile
from tcwc.api.verifying import Verified, verify
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.job_problems import STOPS, stopped
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import paint_for, say, tick
from tcwc.model.printable import printable, shell_line


def run(arguments: Namespace) -> int:
    """Verify a folder; 0 it is the run that it says, 1 it is not, or the source has errors, 2 the
    source cannot be read."""
    if os.path.isfile(arguments.folder) and os.path.isdir(arguments.experiment):
        typed = shell_line(["tcwc", "verify", arguments.experiment, arguments.folder])
        problem("the folder of a run comes first", f"type `{typed}`", arguments)
        return 2
    try:
        compilation = compile(arguments.experiment, session=session_of(arguments))
        if shows_errors(compilation, arguments):
            return 1
        found = verify(compilation, arguments.folder)
    except STOPS as error:
        return stopped(error, arguments)
    _tell(found, compilation.place.path, arguments)
    return 1 if found.reasons else 0


def _tell(found: Verified, source: str, arguments: Namespace) -> None:
    paint = paint_for(arguments.color, sys.stdout)
    folder, source = printable(arguments.folder), printable(source)
    if found.reasons:
        whose = f"{found.run} of {source}, finished" if found.run else f"a run of {source}"
        say(f"{paint('error', 'no')}: {folder} is not {whose}")
    elif not arguments.quiet:
        say(f"{tick(sys.stdout)} {folder} is {found.run} of {source}")
    for reason in found.reasons:
        say(f"  - {reason}")
    if not arguments.quiet:
        for line in found.found:
            say(f"  {line}")
        for note in found.notes:
            say(f"  note: {note}")
