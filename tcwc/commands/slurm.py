"""`tcwc slurm`: write the scripts that submit the runs of an experiment."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from tcwc.api.compilation import Compilation, compile
from tcwc.api.submission import (
    Submission,
    check_current,
    check_tasks,
    prepare,
    resuming,
    write,
)
from tcwc.api.work import tasks
from tcwc.commands.findings import shows_errors, tell
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say, tick
from tcwc.jobs.directives import bill
from tcwc.jobs.profile import Profile
from tcwc.jobs.task import Task
from tcwc.model.printable import shell_line
from tcwc.model.problem import Problem
from tcwc.report.runs import numbered


def run(arguments: Namespace) -> int:
    """Write scripts; 0 written, 1 they cannot be of this experiment, 2 they could not be written,
    3 a selection matches no run."""
    compilation = None
    try:
        compilation = compile(arguments.experiment, session=session_of(arguments))
        if shows_errors(compilation, arguments):
            return 1
        check_current(compilation)
        profile = _profile(arguments)
        return _submission(compilation, profile, arguments)
    except PROBLEMS as error:
        explain(error, arguments, compilation)
        return exit_code(error)
    except Problem as error:
        tell(error, arguments)
        return 1


def _profile(arguments: Namespace) -> Profile:
    from tcwc.disk.data import read_schema
    from tcwc.jobs.profile_reader import Knows, read_profile
    from tcwc.jobs.sbatch_options import sbatch_options
    from tcwc.model.source import SourceText

    if not arguments.cluster:
        return Profile("slurm")
    path = arguments.cluster
    with open(path, encoding="utf-8") as file:
        source = SourceText(path, file.read())
    read, found = read_profile(source, Knows(sbatch_options(read_schema("slurm.json"))))
    assert read is not None, found
    return read


def _submission(compilation: Compilation, profile: Profile, arguments: Namespace) -> int:
    every = list(tasks(compilation))
    variables = {**os.environ, **profile.environment}
    check_tasks(compilation, every, profile, variables)
    remake = _typed(arguments, profile)
    made = prepare(compilation, every, profile, remake=remake, variables=variables)
    changed = write(made, force=arguments.force)
    if not arguments.quiet:
        _tell(made, every, changed)
    return 0


def _typed(arguments: Namespace, profile: Profile) -> str:
    """The command that writes the scripts again, as it is typed in the run directory."""
    return shell_line(
        ["tcwc", "slurm", os.path.basename(arguments.experiment), "--cluster", profile.name]
    )


def _tell(made: Submission, every: list[Task], changed: list[str]) -> None:
    folder = os.path.relpath(made.folder)
    what = f"wrote {', '.join(changed)} to" if changed else "nothing to write in"
    say(f"{tick(sys.stdout)} {what} {folder}/")
    for words, runs in resuming(every):
        if len(runs) == len(every):
            say(f"  after an end in the middle, each of the {len(runs):,} runs {words}")
        else:
            say(f"  {numbered(runs)}: {words}")
    for word in made.sheet.left_out:
        say(f"  left out, as the profile says that the site refuses it: {word}")
    say(f"  {bill(every)}")
    say(f"Next: {made.next}")
