"""What a build says last: what to bring here, what to type next, and what a reboot would take."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tcwc.api.compilation import Compilation
from tcwc.api.runs import Run
from tcwc.api.starting import start_of_run
from tcwc.config.walk import strings
from tcwc.disk.files import is_named_as_experiment
from tcwc.model.ir import format_path
from tcwc.model.launch import Start
from tcwc.model.printable import shell_path, shell_word
from tcwc.model.words import listed

_TEMPORARY = "/tmp"


def next_steps(compilation: Compilation, folder: str) -> Iterator[str]:
    """The lines about what starts the runs of a build in a folder, and the first one by hand."""
    run = compilation.runs[0]
    start = start_of_run(compilation.build, compilation.recipe, run)
    by_hand = _start_command(compilation, run, folder, start.options)
    if starts := list(_starts(compilation, folder, start)):
        yield from starts
        one = "one of them by hand" if len(compilation.runs) > 1 else "by hand"
        yield f"  {one}: {by_hand}"
    else:
        yield f"Next: {by_hand}"
    if start.note:
        yield f"  {start.note}"
    for number, fetch in enumerate(compilation.fetches(run)):
        note = f" ({fetch.note})" if fetch.note else ""
        yield f"  {'and' if number else f'before it, for the weights{note}'}: {fetch.command}"
        for each in fetch.left:
            yield (
                f"  that does not bring {each.there}, which `{each.key}` names: write "
                f"`{each.key}: {each.fetched}` under `controls:`"
            )
    yield from _other_models(compilation, run)
    if odd := _odd_name(compilation):
        yield odd
    if keys := _temporary(run):
        yield (
            f"  {_TEMPORARY} is emptied at a reboot, and other machines do not see it: write "
            f"{listed(keys)} under `controls:` with a folder that stays in its place"
        )


def _other_models(compilation: Compilation, first: Run) -> Iterator[str]:
    """The commands that bring the weights of the models that the first run has not."""
    told = {each.command for each in compilation.fetches(first)}
    for fetch in compilation.fetches_of_models():
        if fetch.command not in told:
            note = f" ({fetch.note})" if fetch.note else ""
            yield f"  for the runs of another model{note}: {fetch.command}"


def _starts(compilation: Compilation, folder: str, start: Start) -> Iterator[str]:
    """What starts all runs of a build; nothing for one in another folder than the source's own, of
    which tcwc starts none."""
    if compilation.build.experiment.target.training is None:
        return
    if os.path.abspath(folder) != os.path.abspath(compilation.folder):
        return
    path = shell_path(compilation.place.path)
    if start.nodes > 1:  # one machine is not enough
        yield f"Next: tcwc slurm {path}"
        return
    yield f"Next: tcwc run {path}"
    yield f"  or, on a cluster with Slurm: tcwc slurm {path}"


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


def _start_command(compilation: Compilation, run: Run, folder: str, options: str) -> str:
    """What starts a run whose config is in a folder, typed where tcwc runs."""
    experiment = compilation.experiment
    assert experiment is not None
    place = os.path.dirname(os.path.abspath(compilation.place.path))
    here = "" if place == os.getcwd() else f"cd {shell_path(os.path.relpath(place))} && "
    config = shell_path(os.path.join(os.path.relpath(folder, place), f"{run.id}.yaml"))
    return here + experiment.target.start(shell_word(experiment.recipe), config, options)


def _temporary(run: Run) -> list[str]:
    """The keys of a run whose values lie in the folder for temporary files."""
    found = strings(run.config)
    return [format_path(path) for path, text in found if text.startswith(f"{_TEMPORARY}/")]
