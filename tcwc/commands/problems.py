"""What can go wrong outside the source, and how it is told."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcwc.builds.errors import BuildError, LockError
from tcwc.commands.findings import problem as say_problem
from tcwc.disk.errors import WriteError
from tcwc.disk.files import FileProblem, Place
from tcwc.disk.folder import MAPPING
from tcwc.model.printable import shell_path
from tcwc.model.problem import Problem

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation

PROBLEMS = (FileProblem, LockError, BuildError, WriteError, OSError, UnicodeDecodeError)


def explain(error: Exception, arguments: Namespace, compilation: Compilation | None = None) -> None:
    """Say what is wrong and what to do about it.

    With the compilation that it is about, where there is one: it knows what is not to be shown.
    """
    shown = compilation.shown if compilation is not None else str

    def problem(
        message: str, help: str, details: Sequence[str] = (), example: Sequence[str] = ()
    ) -> None:
        lines = [list(map(shown, each)) for each in (details, example)]
        say_problem(shown(message), shown(help), arguments, details=lines[0], example=lines[1])

    if isinstance(error, LockError):
        where = os.path.join(error.folder, MAPPING) + (f":{error.line}" if error.line else "")
        problem(f"{where}: {error.message}", error.help)
    elif isinstance(error, FileProblem):
        problem(error.message, _other_help(error.path, arguments) or error.help)
    elif isinstance(error, Problem):
        problem(error.message, error.help, details=error.details, example=error.example)
    elif isinstance(error, UnicodeDecodeError):
        problem(f"{MAPPING} is not UTF-8 text", "take it back from version control")
    elif isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        help = "put that right, or take it back from version control"
        if isinstance(error, PermissionError):
            help = "make it readable"
        problem(f"{name}{error.strerror or error}", help)


def _other_help(name: str, arguments: Namespace) -> str:
    """What to name instead of stdin, a folder of configs, or a base config."""
    if name == "-":
        return "only `tcwc lint -` reads what stands on stdin: write it to a file, and name that"
    first, *more = getattr(arguments, "experiments", None) or [""]
    if more == [name] and not name.endswith((".yaml", ".yml")):
        return f"to write there: `tcwc build {shell_path(first)} -o {shell_path(name)}`"
    if os.path.isdir(name):
        from tcwc.api.built import source_of

        source = source_of(name)
        return f"it holds the configs of {source}: name that" if source else ""
    from tcwc.api.session import TARGET, Session

    if not name or Session().catalogue(TARGET.default_version, Place(name)).config(name) is None:
        return ""
    return f"that is a base config: name it in an experiment.yaml as `base_config: {name}`"


def exit_code(error: Exception) -> int:
    """1 where the repository is at fault (its mapping), 2 where nothing could be written."""
    return 1 if isinstance(error, (LockError, BuildError)) else 2
