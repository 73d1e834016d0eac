"""What can go wrong outside the source, and how it is told."""

from __future__ import annotations

from argparse import Namespace

from tcwc.backend.lock_reader import LockError
from tcwc.backend.write_error import WriteError
from tcwc.build import BuildError
from tcwc.commands.findings import problem
from tcwc.files import MAPPING, FileProblem

PROBLEMS = (FileProblem, LockError, BuildError, WriteError, OSError, UnicodeDecodeError)


def explain(error: Exception, arguments: Namespace) -> None:
    """Say what is wrong and what to do about it."""
    if isinstance(error, LockError):
        where = f"{MAPPING}:{error.line}: " if error.line else f"{MAPPING}: "
        problem(where + error.message, error.help, arguments)
    elif isinstance(error, (FileProblem, BuildError, WriteError)):
        problem(error.message, error.help, arguments)
    elif isinstance(error, UnicodeDecodeError):
        problem(f"{MAPPING} is not UTF-8 text", "take it back from version control", arguments)
    elif isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        problem(f"{name}{error.strerror or error}", "", arguments)


def exit_code(error: Exception) -> int:
    """1 where the repository is at fault (a mapping, an edited config), 2 where the machine is."""
    return 1 if isinstance(error, (LockError, BuildError)) else 2
