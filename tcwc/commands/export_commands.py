"""`tcwc export --commands`: a command for each run, for schedulers that are not Slurm."""

from __future__ import annotations

import sys
from argparse import Namespace

from tcwc.api.compilation import Compilation
from tcwc.api.local_script import TRAINER, commands_here, here, trainer_here
from tcwc.api.selecting import to_start
from tcwc.api.status import status_of
from tcwc.api.submission import check_current
from tcwc.api.work import tasks
from tcwc.commands.findings import problem
from tcwc.commands.selected import none_selected
from tcwc.commands.terminal import say
from tcwc.jobs.profiles.profile import Profile
from tcwc.model.words import how_many


def give_commands(compilation: Compilation, profile: Profile | None, arguments: Namespace) -> int:
    """Print the commands of the runs that are left, a line each; the script that they name is
    written beside the configs. 1 where a run has none."""
    check_current(compilation)
    every = sorted(tasks(compilation), key=lambda task: task.index)
    found = status_of(compilation, every, profile)
    chosen = to_start(compilation, arguments.only, found)
    if not chosen.named:
        return none_selected(arguments.only, found, arguments)
    wanted = {row.run for row in chosen.rows}
    left = [task for task in every if task.run in wanted]
    spread = [task for task in left if task.nodes > 1]
    alone = [task for task in left if task.nodes == 1]
    ours = here(profile)
    if alone:
        for line in commands_here(compilation, every, alone, ours, chosen.replaced):
            say(line)
        if not (ours.setup or ours.wrapper or trainer_here(compilation, ours)):
            _no_trainer(compilation)
    if chosen.why and not arguments.quiet:
        count = how_many(len(chosen.named) - len(left), "run")
        say(f"without {count}: {chosen.why}", sys.stderr)
    for task in spread:
        problem(
            f"{task.run} is for {task.nodes} machines, which no one command begins",
            "`tcwc slurm` does it; or give it `nodes: 1` under `resources:`",
            arguments,
        )
    return 1 if spread else 0


def _no_trainer(compilation: Compilation) -> None:
    """Say that whoever starts the lines needs what trains, as it is not here."""
    program = compilation.build.experiment.target.command.split()[0]
    say(
        f"there is no `{program}` here: the lines take the one on the PATH where they are",
        sys.stderr,
    )
    say(f"started; {TRAINER}=PATH/{program} before this command names one", sys.stderr)
