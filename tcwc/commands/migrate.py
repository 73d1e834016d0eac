"""`tcwc migrate`: an experiment for another version of the target, and what that changes."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter

from tcwc.api.compilation import Compilation
from tcwc.api.migration import Migration, migrate
from tcwc.api.session import TARGET
from tcwc.builds.changes import value_differences
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.fix import patch, write_texts
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, say
from tcwc.model.printable import shell_path
from tcwc.report.runs import numbered

_SHOWN = 40


def run(arguments: Namespace) -> int:
    """Show the migration, and with --write write it; 0 done, 1 it needs a hand, 2 cannot."""
    session = session_of(arguments)
    version = TARGET.synonyms.get(arguments.to, arguments.to)
    try:
        place = session.place(arguments.experiment)
        known = session.versions_at(place)
        if version not in known:
            message = f"tcwc has no catalogue of {TARGET.name} {version}"
            problem(message, f"it has {', '.join(known)}", arguments)
            return 2
        return _tell(migrate(arguments.experiment, version, session), version, arguments)
    except LookupError:
        from tcwc.api.compilation import compile

        shows_errors(compile(arguments.experiment, session=session), arguments)
        return 1
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)


def _tell(made: Migration, version: str, arguments: Namespace) -> int:
    for name, (old, new) in sorted(made.texts.items()):
        for line in patch(name, old, new):
            give(line)
    if not made.after.ok:
        sys.stdout.flush()
        shows_errors(made.after, arguments)
        problem("nothing is written: these need a hand", "mend them, then migrate again", arguments)
        return 1
    for line in _changes(made.before, made.after, everything=arguments.verbose):
        say(line)
    _notes(made, version)
    if not made.texts:
        say("Nothing to change.")
    elif arguments.write:
        write_texts(made.texts)
        say(f"Written. Next: tcwc build {shell_path(arguments.experiment)}")
    else:
        say("Nothing is written yet: --write writes it.")
    return 0


def _changes(before: Compilation, after: Compilation, *, everything: bool) -> list[str]:
    """What each run has otherwise: first what all have, then what some have."""
    old = {run.id: run.config for run in before.runs}
    pairs = ((run.id, run.config) for run in after.runs if run.id in old)
    found = {id: list(value_differences(old[id], config)) for id, config in pairs}
    count = Counter(line for lines in found.values() for line in lines)
    said = [f"{len(found)} of {len(old)} runs keep their ids"]
    shared = [line for line, n in count.items() if n == len(found)]
    if not count:
        return [*said, "no value of any run changes"]
    if shared:
        said += ["in all runs:", *(f"  {line}" for line in shared)]
    for line, n in count.items():
        if n < len(found):
            ids = [id for id, lines in found.items() if line in lines]
            said.append(f"in {numbered(ids)}: {line}")
    if len(said) > _SHOWN and not everything:
        said = [*said[:_SHOWN], f"... and {len(said) - _SHOWN} more (-v shows all)"]
    return said


def _notes(made: Migration, version: str) -> None:
    """What the other version does otherwise with the same config."""
    assert TARGET.differences is not None
    experiment = made.before.experiment
    assert experiment is not None
    session, place = made.session, made.before.place
    old, new = (session.catalogue(each, place) for each in (experiment.version, version))
    for note in TARGET.differences(old, new).notes:
        say(f"note: {note.what} ({note.at}): {note.do}")
