"""`tcwc validate`: the target's own validation over the built configs, in one process."""

from __future__ import annotations

import json
import sys
from argparse import Namespace

from tcwc.api.compilation import Compilation, compile
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import paint_for, say, tick
from tcwc.disk.folder import Folder
from tcwc.disk.processes import run as run_program
from tcwc.model.printable import shell_path
from tcwc.model.words import listed

_SHOWN = 10

# Not `-m`: that puts the current folder on the path of modules, and what lies in a repository would
# be run in the place of any module of that name.
_PROGRAM = "import sys; sys.path[:] = filter(None, sys.path); from {} import main; sys.exit(main())"


def run(arguments: Namespace) -> int:
    """Validate what is built; 0 all accepted, 1 one refused or not built, 2 no validator."""
    compilation = None
    try:
        compilation = compile(arguments.experiment, session=session_of(arguments))
        if shows_errors(compilation, arguments):
            return 1
        return validate_folder(compilation, compilation.folder, arguments)
    except PROBLEMS as error:
        explain(error, arguments, compilation)
        return exit_code(error)


def validate_folder(compilation: Compilation, folder: str, arguments: Namespace) -> int:
    """Run the target's own validation over the configs of all runs in a folder."""
    target = compilation.build.experiment.target
    if (validator := target.validator) is None:
        problem(f"there is nothing of {target.name} that validates configs", "", arguments)
        return 2
    there = Folder(folder)
    texts = {there.file(f"{run.id}.yaml"): there.config(run.id) for run in compilation.runs}
    missing = [path for path, text in texts.items() if text is None]
    if missing:
        help = f"run `tcwc build {shell_path(compilation.place.path)}` first"
        problem(f"{missing[0]} is not there, or cannot be read", help, arguments)
        return 1
    # A process of its own: what it imports may take seconds, and may end the interpreter.
    program = [sys.executable, "-c", _PROGRAM.format(validator.module)]
    asked = run_program(program, text=json.dumps(texts))
    if asked is None or asked.status != 0:
        lines = (asked.err.strip().splitlines() if asked else []) or ["no reason given"]
        help = f"install it beside tcwc: {validator.install}"
        problem(compilation.shown(f"{target.name} cannot be used: {lines[-1]}"), help, arguments)
        return 2
    # The last line: what the target imports may print before it.
    answers = json.loads(asked.out.splitlines()[-1])
    if (absent := answers["absent"]) and not arguments.quiet:
        say(compilation.shown(f"  not looked at: components of {listed(absent)}, not installed"))
    installed, meant = answers["version"], compilation.build.experiment.version
    if _is_another(installed, meant):
        warning = paint_for(arguments.color, sys.stderr)("warning", "warning")
        what = f"{target.name} {installed} is installed, and the configs are for {meant}"
        say(f"tcwc: {warning}: {what}: what it says is not of theirs", sys.stderr)
    of_version = f" of {target.name} {installed}" if installed else ""
    who = f"`{validator.command}`{of_version}"
    return _tell(answers["refused"], len(texts), who, compilation, arguments)


def _is_another(installed: str, meant: str) -> bool:
    """Whether configs are for another version; of a development version each day's is one, and
    of a catalogue of one's own nobody knows."""
    return bool(installed) and ":" not in meant and not installed.startswith(meant)


def _tell(
    refused: dict[str, str],
    count: int,
    who: str,
    compilation: Compilation,
    arguments: Namespace,
) -> int:
    for path, why in list(refused.items())[: None if arguments.verbose else _SHOWN]:
        problem(compilation.shown(f"{who} refuses {path}: {why}"), "", arguments)
    if len(refused) > _SHOWN and not arguments.verbose:
        say(f"  ... and {len(refused) - _SHOWN} more (-v shows all)", sys.stderr)
    if not refused and not arguments.quiet:
        say(f"{tick(sys.stdout)} {who} accepts {count:,} configs")
    return 1 if refused else 0
