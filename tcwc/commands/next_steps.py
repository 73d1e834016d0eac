"""What a build says last: what to bring here, what to type next, and what a reboot would take."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tcwc.api.compilation import Compilation
from tcwc.api.runs import Run
from tcwc.config.walk import strings
from tcwc.disk.files import is_named_as_experiment
from tcwc.model.ir import format_path
from tcwc.model.printable import shell_path, shell_word
from tcwc.model.words import listed

_TEMPORARY = "/tmp"


def next_steps(compilation: Compilation, folder: str) -> Iterator[str]:
    """The lines about the first run of a build in a folder."""
    run = compilation.runs[0]
    yield f"Next: {start_command(compilation, run, folder)}"
    if note := compilation.build.start.note:
        yield f"  {note}"
    for number, fetch in enumerate(compilation.fetches(run)):
        note = f" ({fetch.note})" if fetch.note else ""
        yield f"  {'and' if number else f'before it, for the weights{note}'}: {fetch.command}"
        for each in fetch.left:
            yield (
                f"  that does not bring {each.there}, which `{each.key}` names: write "
                f"`{each.key}: {each.fetched}` under `controls:`"
            )
    if odd := _odd_name(compilation):
        yield odd
    if keys := _temporary(run):
        yield (
            f"  {_TEMPORARY} is emptied at a reboot, and other machines do not see it: write "
            f"{listed(keys)} under `controls:` with a folder that stays in its place"
        )


def _odd_name(compilation: Compilation) -> str:
    """What to do about a file that `lint` and `check` do not find by themselves; "" for others."""
    path = compilation.place.path
    if is_named_as_experiment(path):
        return ""
    new = f"{os.path.splitext(path)[0]}.experiment.yaml"
    return (
        "  `tcwc lint` and `tcwc check` look for experiment.yaml and NAME.experiment.yaml, and "
        f"find no {os.path.basename(path)} unless it is named: `mv {shell_path(path)} "
        f"{shell_path(new)}`, then `tcwc build {shell_path(new)} --adopt-mapping`"
    )


def start_command(compilation: Compilation, run: Run, folder: str) -> str:
    """What starts a run whose config is in a folder, typed where tcwc runs."""
    experiment = compilation.experiment
    assert experiment is not None
    place = os.path.dirname(os.path.abspath(compilation.place.path))
    here = "" if place == os.getcwd() else f"cd {shell_path(os.path.relpath(place))} && "
    config = shell_path(os.path.join(os.path.relpath(folder, place), f"{run.id}.yaml"))
    options = compilation.build.start.options
    return here + experiment.target.start(shell_word(experiment.recipe), config, options)


def _temporary(run: Run) -> list[str]:
    """The keys of a run whose values lie in the folder for temporary files."""
    found = strings(run.config)
    return [format_path(path) for path, text in found if text.startswith(f"{_TEMPORARY}/")]
