"""What a build says last: what to bring here, what to type next, and what a reboot would take."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

from tcwc.api.compilation import Compilation
from tcwc.api.runs import Run
from tcwc.config.walk import strings
from tcwc.model.ir import format_path
from tcwc.model.words import listed

_TEMPORARY = "/tmp"


def next_steps(compilation: Compilation, folder: str) -> Iterator[str]:
    """The lines about the first run of a build in a folder."""
    run = compilation.runs[0]
    yield f"Next: {_start(compilation, run, folder)}"
    if note := compilation.build.start.note:
        yield f"  {note}"
    for fetch in compilation.fetches(run):
        note = f" ({fetch.note})" if fetch.note else ""
        yield f"  before it, for the weights{note}: {fetch.command}"
    if keys := _temporary(run):
        yield (
            f"  {_TEMPORARY} is emptied at a reboot, and other machines do not see it: set "
            f"{listed(keys)} under `controls:` to a folder that stays"
        )


def _start(compilation: Compilation, run: Run, folder: str) -> str:
    experiment = compilation.experiment
    assert experiment is not None
    place = os.path.dirname(os.path.abspath(compilation.place.path))
    here = "" if place == os.getcwd() else f"cd {shlex.quote(os.path.relpath(place))} && "
    config = shlex.quote(os.path.join(os.path.relpath(folder, place), f"{run.id}.yaml"))
    options = compilation.build.start.options
    return here + experiment.target.start(shlex.quote(experiment.recipe), config, options)


def _temporary(run: Run) -> list[str]:
    """The keys of a run whose values lie in the folder for temporary files."""
    found = strings(run.config)
    return [format_path(path) for path, text in found if text.startswith(f"{_TEMPORARY}/")]
