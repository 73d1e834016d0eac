"""What a Python has installed, asked of that Python: it reads metadata, and imports none of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from tcwc.disk.processes import bounded
from tcwc.model.environment import Copy, Environment
from tcwc.model.limits import PROBE
from tcwc.model.problem import Problem

_PROBE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.py")
_SECONDS = 60
"""What an environment on a network's disk may take to be looked through."""


class NoPython(Problem):
    """What was to be a Python is none, or does not answer."""


def read_environment(python: str, names: Iterable[str]) -> Environment:
    """What a Python has installed of the packages of these names. Raises NoPython.

    `python` is a path, or a name to be looked up as a shell does.
    """
    path = _located(python)
    command = [path, "-I", "-S", _PROBE, *names]
    try:
        # Somewhere else than here: what lies in a repository is to be of no consequence.
        done = bounded(
            command, folder=os.path.dirname(_PROBE), seconds=_SECONDS, most=PROBE.at_most
        )
    except OSError as error:
        raise NoPython(f"{python} cannot be asked: {error.strerror or error}", _WAY) from None
    try:
        said = json.loads(done.out.splitlines()[-1])
        closed = [(str(folder), str(why)) for folder, why in said.get("closed", {}).items()]
        found = _environment(path, said)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        message = f"{python} does not answer as a Python of 3.8 or later does"
        raise NoPython(message, _WAY) from None
    if closed:
        folder, why = closed[0]
        message = f"the packages of {python} cannot be looked at: {folder}: {why}"
        raise NoPython(message, "make it readable, or run tcwc as who runs train")
    return found


_WAY = "name the `python` of the environment that runs train in, such as .venv/bin/python"


def _located(python: str) -> str:
    """The path of a program; a name is looked up in PATH, never here."""
    if python and os.path.isdir(python):
        inside = os.path.join(python, "bin", "python")
        help = f"did you mean {inside}?" if os.path.exists(inside) else _WAY
        raise NoPython(f"{python} is a folder", help)
    if not os.path.dirname(python):
        from shutil import which

        found = which(python) if python else None
        if found is None or not os.path.isabs(found):
            raise NoPython(f"there is no program `{python}` in PATH", _WAY)
        return found
    if not os.path.exists(python):
        raise NoPython(f"there is no {python}", _WAY)
    return os.path.abspath(python)


def own_python() -> str:
    """The Python that this is."""
    return sys.executable


def _environment(path: str, said: Any) -> Environment:
    """What was said, in types: any program may have said it."""
    packages = {str(name): tuple(map(_copy, copies)) for name, copies in said["packages"].items()}
    # Not the same where a program of that name chooses one, as those of pyenv do.
    itself = str(said.get("executable", ""))
    python = itself if os.path.isabs(itself) else path
    return Environment(python, str(said["python"]), str(said["platform"]), packages)


def _copy(said: Mapping[str, Any]) -> Copy:
    requires = {str(name): str(spec) for name, spec in said.get("requires", {}).items()}
    return Copy(
        version=str(said["version"]),
        trouble=str(said.get("trouble", "")),
        folder=str(said.get("folder", "")),
        commit=str(said.get("commit", "")),
        is_editable=said.get("editable") is True,
        requires=requires,
        python=str(said.get("python", "")),
        has_cuda_parts=said.get("cuda") is True,
    )
