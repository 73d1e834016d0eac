"""`--halve-batch`: shows the edit that it is, and with `--write` makes it."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence

from tcwc.api.compilation import Compilation
from tcwc.api.halving import Halving, NotHalved, halve
from tcwc.api.selecting import select
from tcwc.commands.findings import problem, tell
from tcwc.commands.fix import patch, write_texts
from tcwc.commands.selected import none_selected
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, say
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.model.printable import shell_path, shell_word
from tcwc.report.runs import numbered


def propose(
    compilation: Compilation,
    runs: Sequence[Task],
    rows: Iterable[RunStatus],
    arguments: Namespace,
) -> int:
    """Show how the runs that `--only` names get half the batch at twice the accumulation, and with
    `--write` record it in the experiment; starts nothing. 0 shown or written, 1 it cannot be, 3
    there is no such run.

    Raises BadSelection, and FileProblem where the experiment cannot be written.
    """
    if not arguments.halve_batch:
        other = ", or --suggest" if arguments.command == "slurm" else ""
        help = f"to show an edit, and with --write to make it: --only oom --halve-batch{other}"
        problem("--write writes what --halve-batch shows", help, arguments)
        return 2
    if not arguments.only:
        problem(
            "--halve-batch is for the runs that --only names",
            "name those that were out of memory: --only oom --halve-batch",
            arguments,
        )
        return 2
    rows = list(rows)
    chosen = {row.run for row in select(compilation, arguments.only, rows)}
    if not chosen:
        return none_selected(arguments.only, rows, arguments)
    try:
        made = halve(compilation, [t for t in runs if t.run in chosen], session_of(arguments))
    except NotHalved as error:
        tell(error, arguments)
        return 1
    for line in patch(made.path, made.old, made.text):
        give(line)
    sys.stdout.flush()
    _notes(made)
    if not arguments.write:
        say("Nothing is written yet: --write writes it.")
        return 0
    write_texts({made.path: (made.old, made.text)})
    path = shell_path(made.path)
    say(f"Written. Next: tcwc build {path}")
    where = f" --cluster {shell_word(arguments.cluster)}" if arguments.cluster else ""
    only = f"{where} --only changed --only {','.join(made.runs)}"
    does = "makes the jobs that train" if arguments.command == "slurm" else "trains"
    say(f"then `tcwc {arguments.command} {path}{only}` {does} {numbered(made.runs)} again")
    return 0


def _notes(made: Halving) -> None:
    same = "the same number of samples in each step"
    say(f"{numbered(made.runs)}: half the batch at twice the accumulation, {same}")
    say("the ids stay; the science hash changes, and `was:` in the mapping keeps the one before")
    for note in made.notes:
        say(f"note: the result changes: {note}")
