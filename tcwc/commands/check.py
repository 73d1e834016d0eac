"""`tcwc check`: the committed configs are what their source compiles to."""

from __future__ import annotations

import sys
from argparse import Namespace

from tcwc.check import Drift, check
from tcwc.commands.findings import fails, located, problem, show_findings
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.select import NothingToDo, experiments
from tcwc.compilation import compile
from tcwc.session import Session
from tcwc.terminal import say, tick

_SHOWN = 10


def run(arguments: Namespace) -> int:
    """Check each experiment; 0 where all match, 1 where one does not, 2 where one is unreadable."""
    try:
        paths = experiments(arguments.files)
    except NothingToDo as nothing:
        problem(nothing.message, nothing.help, arguments)
        return 2
    session = Session(preview=arguments.preview)
    return max(_check(path, session, arguments) for path in paths)


def _check(path: str, session: Session, arguments: Namespace) -> int:
    try:
        compilation = compile(path, session=session)
        if fails(compilation.diagnostics, compilation.strict):
            show_findings(*located(compilation), arguments)
            return 1
        if compilation.lock is None:
            problem(
                f"{path}: there is no run_mapping.yaml in {compilation.folder}",
                f"run `tcwc build {path}` and commit its output: the mapping keeps run ids stable",
                arguments,
            )
            return 1
        drift = check(compilation.build, compilation.folder)
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    if not drift:
        if not arguments.quiet:
            count = len(compilation.runs)
            say(f"{tick(sys.stdout)} {path}: {count:,} configs match")
        return 0
    _tell(path, drift, arguments)
    return 1


def _tell(path: str, drift: tuple[Drift, ...], arguments: Namespace) -> None:
    problem(f"{path}: the committed configs are not what this source compiles to", "", arguments)
    for each in drift[: None if arguments.verbose else _SHOWN]:
        say(f"  {each.file}: {each.what}")
        for difference in each.differences:
            say(f"      {difference}")
    if len(drift) > _SHOWN and not arguments.verbose:
        say(f"  ... and {len(drift) - _SHOWN} more (-v shows all)")
    edited = any(each.what.startswith("edited") for each in drift)
    force = " --force gives up the edits." if edited else ""
    say(f"  = help: run `tcwc build {path}` and commit the result.{force}")
