"""`tcwc check`: the committed configs are what their source compiles to."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.builds.check import Checked, Drift, check
from tcwc.commands.findings import fails, problem, show_weighty, tell
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.select import NothingToDo, experiments, output_folders
from tcwc.commands.sessions import session_of
from tcwc.commands.shared import SharedFolders
from tcwc.commands.terminal import paint_for, say, tick
from tcwc.disk.files import FileProblem
from tcwc.model.printable import shell_path
from tcwc.model.words import how_many

_SHOWN = 10


def run(arguments: Namespace) -> int:
    """Check each experiment; 0 where all match, 1 where one does not, 2 where one is unreadable."""
    session = session_of(arguments)
    closed: list[FileProblem] = []
    try:
        paths = experiments(arguments.files, session, closed.append)
    except (NothingToDo, FileProblem) as nothing:
        tell(nothing, arguments)
        return 2
    for each in closed:
        tell(each, arguments)
    shared = SharedFolders()
    status = max(_check(path, session, shared, arguments) for path in paths)
    status = 2 if closed else status
    if not (arguments.files or arguments.quiet):
        _tell_orphans(session, shared, arguments)
    return status


def _tell_orphans(session: Session, shared: SharedFolders, arguments: Namespace) -> None:
    """Name the output folders whose source is gone. They fail no check: some keep them."""
    from tcwc.api.orphans import orphans

    warning = paint_for(arguments.color, sys.stdout)("warning", "warning")
    for folder, source in orphans(output_folders(session), shared.folders):
        say(f"tcwc: {warning}: {folder}: its source {source} is gone, so nothing checks it")
        say(
            f"  = help: take {source} back from version control, or remove the folder "
            f"(`git rm -r {shell_path(folder)}`); if it was renamed, `tcwc build` its new file "
            "with --adopt-mapping"
        )


def _check(path: str, session: Session, shared: SharedFolders, arguments: Namespace) -> int:
    compilation = None
    try:
        compilation = compile(path, session=session)
        twice = shared.add(compilation)
        found = (*compilation.of_source, *twice)
        if fails(found, compilation.strict):
            show_weighty(found, compilation.sources, arguments)
            return 1
        show_weighty(twice, compilation.sources, arguments)
        if compilation.lock is None:
            compilation.build  # noqa: B018  configs without a record are worse than none
            problem(
                f"{path}: there is no run_mapping.yaml in {compilation.folder}",
                f"run `tcwc build {shell_path(path)}` and commit its output: the mapping keeps run"
                " ids stable",
                arguments,
            )
            return 1
        compilation.check_owner()
        done = check(compilation.build, compilation.build.folder)
    except PROBLEMS as error:
        explain(error, arguments, compilation)
        return exit_code(error)
    if done.drift:
        _tell(compilation, done.drift, arguments)
    elif not arguments.quiet:
        count = len(compilation.runs)
        say(f"{tick(sys.stdout)} {path}: {count:,} configs match")
    _tell_line_ends(compilation, done, arguments)
    return 1 if done.drift else 0


def _tell(compilation: Compilation, drift: tuple[Drift, ...], arguments: Namespace) -> None:
    path = compilation.place.path
    what = f"{path}: the committed configs are not what this source compiles to"
    problem(what, "", arguments, sys.stdout)
    for each in drift[: None if arguments.verbose else _SHOWN]:
        say(f"  {each.file}: {each.what}")
        for difference in each.differences:
            say(compilation.shown(f"      {difference}"))
    if len(drift) > _SHOWN and not arguments.verbose:
        say(f"  ... and {len(drift) - _SHOWN} more (-v shows all)")
    first = list(dict.fromkeys(each.help for each in drift if each.help))
    for help in first[: None if arguments.verbose else _SHOWN]:
        say(compilation.shown(f"  = help: {help}"))
    if not any(each.builds for each in drift):
        return
    force = " --force" if any(each.force for each in drift) else ""
    edits = " (--force gives up the edits)" if force else ""
    then = "then run" if first else "run"
    say(f"  = help: {then} `tcwc build {shell_path(path)}{force}` and commit the result{edits}")


def _tell_line_ends(compilation: Compilation, done: Checked, arguments: Namespace) -> None:
    """A checkout that changed line ends is as good to tcwc, and not to a job that hashes."""
    if not done.crlf or arguments.quiet:
        return
    paint = paint_for(arguments.color, sys.stdout)
    folder, path = shell_path(compilation.folder), shell_path(compilation.place.path)
    count = how_many(done.crlf, "file")
    say(f"  {paint('info', 'note')}: line ends were changed in {count} of {folder} (CRLF)")
    what = f"run `tcwc build {path} --force`, which writes them again"
    if not os.path.lexists(os.path.join(compilation.folder, ".gitattributes")):
        what += " and adds .gitattributes, so that git leaves them alone"
    say(f"  = help: a job compares the sha256 of its config: {what}; then `git add {folder}` and")
    say(f"    `git add --renormalize {folder}`, and commit the result")
