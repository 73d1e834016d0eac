"""`tcwc migrate`: experiments for another version of the target, and what that changes."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter

from tcwc.api.compilation import Compilation, compile
from tcwc.api.migration import Migrated, Migration, concerning, migrate, overwriting
from tcwc.api.session import TARGET, Session
from tcwc.builds.changes import value_differences
from tcwc.commands.catalog import no_catalogue
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.fix import patch, write_texts
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.select import readers
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import give, say
from tcwc.disk.boundary import real_path
from tcwc.model.diagnostics import Severity
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.words import listed
from tcwc.report.runs import numbered

_SHOWN = 40


def run(arguments: Namespace) -> int:
    """Show the migration, and with --write write it; 0 done, 1 it needs a hand, 2 cannot."""
    session = session_of(arguments)
    version = TARGET.version_of(arguments.to)
    paths = list({real_path(path): path for path in arguments.experiments}.values())
    try:
        for path in paths:
            known = session.versions_at(session.place(path))
            if version not in known:
                no_catalogue(version, known, arguments)
                return 2
        compiled = [compile(path, session=session) for path in paths]
        wrong = [each for each in compiled if _shows_errors(each, arguments)]
        if wrong:
            return 1
        return _tell(migrate(compiled, version, session), version, session, arguments)
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)


def _shows_errors(compilation: Compilation, arguments: Namespace) -> bool:
    """Whether an experiment has errors as it is, of the version that it is for by now."""
    if not shows_errors(compilation, arguments) and compilation.ok:
        return False
    path = shell_path(compilation.place.path)
    errors = [each for each in compilation.diagnostics if each.severity is Severity.ERROR]
    mended = all(any(fix.safe for fix in each.fixes) for each in errors)
    if compilation.experiment is None and not mended:
        return True  # it is none, or cannot be read: that is said
    what = f"{compilation.place.path} has errors as it is: what has none can be migrated"
    first = f"`tcwc lint --fix {path}` mends them" if mended else f"mend them (`tcwc lint {path}`)"
    problem(what, f"{first}; then migrate again", arguments)
    return True


def _tell(made: Migration, version: str, session: Session, arguments: Namespace) -> int:
    for name, (old, new) in sorted(made.texts.items()):
        for line in patch(name, old, new):
            give(line)
    sys.stdout.flush()
    if _needs_a_hand(made, version, arguments) or _is_shared(made, version, session, arguments):
        return 1
    for each in made.experiments:
        if len(made.experiments) > 1:
            say(f"{each.before.place.path}:")
        _changes_of(each, session, arguments)
    if not made.texts:
        say("Nothing to change.")
    elif arguments.write:
        write_texts(made.texts)
        _next(made, version)
    else:
        say("Nothing is written yet: --write writes it.")
    return 0


def _needs_a_hand(made: Migration, version: str, arguments: Namespace) -> bool:
    """Whether an experiment has errors with the other version, which are then shown."""
    wrong = [each.after for each in made.experiments if not each.after.ok]
    for after in wrong:
        shows_errors(after, arguments)
        # What they ask for is not there before the source names the version: nobody can mend them
        # first, and migrate then.
        name, path = after.place.path, shell_path(after.place.path)
        what = f"nothing is written: with {TARGET.name} {version} {name} needs a hand"
        line = f'write `{TARGET.name}: "{version}"` in {name}'
        help = f"{line} and mend them there, where this says: `tcwc lint {path}` tells what is left"
        problem(what, help, arguments)
    return bool(wrong)


def _is_shared(made: Migration, version: str, session: Session, arguments: Namespace) -> bool:
    """Whether a file would be changed that other experiments read, which is then told."""
    own = [each.before.place for each in made.experiments]
    others = readers(made.texts, own, session)
    for name, paths in others.items():
        what = f"nothing is written: {name} is read by {listed(paths)} too"
        first = own[0].path
        help = f"give {first} a file of its own"
        if name == next(iter(others)):
            every = dict.fromkeys(path for each in others.values() for path in each)
            words = ["tcwc", "migrate", *(place.path for place in own), *every, "--to", version]
            words += ["--write"] if arguments.write else []
            help = f"migrate them together: `{shell_line(words)}`; or {help}"
        problem(what, help, arguments)
    return bool(others)


def _changes_of(migrated: Migrated, session: Session, arguments: Namespace) -> None:
    for line in _changes(migrated.before, migrated.after, everything=arguments.verbose):
        say(line)
    for note in concerning(migrated, session):
        say(f"note: {note.what} ({note.at}): {note.do}")
    if ids := overwriting(migrated):
        they = "trains" if len(ids) == 1 else "train"
        say(
            f"note: {numbered(ids)} {they} otherwise than before and would write over what was "
            "trained, since the directories stay: before training, give the experiment another "
            f"`experiment_name`, which is in their names, or another `{TARGET.write_keys[0]}`"
        )


def _next(made: Migration, version: str) -> None:
    paths = [each.before.place.path for each in made.experiments]
    say(f"Written. Next: {shell_line(['tcwc', 'build', *paths])}")
    typed = f"tcwc doctor {shell_path(paths[0])} --python PATH"
    needs = f"  the runs need {TARGET.name} {version}"
    say(f"{needs}: {typed} says what to install in the environment of that Python")


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
