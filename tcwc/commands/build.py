"""`tcwc build`: lint, compile, write, and say what was done and what to type next."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.builds.write import Report
from tcwc.commands.findings import fails, problem, short_names, show_weighty, tell_infos
from tcwc.commands.next_steps import next_steps
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import Progress, say, tick
from tcwc.disk.files import is_named_as_experiment
from tcwc.disk.run_files import EVALUATIONS
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.printable import shell_line, shell_path
from tcwc.model.rules import OUTSIDE_OUTPUT
from tcwc.model.words import how_many
from tcwc.report.levels import labels, levels_of
from tcwc.report.runs import numbered

_HEAD, _TAIL = 10, 3


def run(arguments: Namespace) -> int:
    """Build experiments; 0 written, 1 a source has errors, 2 one could not be written."""
    paths = arguments.experiments
    if len(paths) > 1 and arguments.output is not None:
        help = (
            f"build each into a folder of its own, the first with `-o DIR {shell_path(paths[0])}`"
        )
        problem("-o names one folder, and each experiment needs its own", help, arguments)
        return 2
    if arguments.output == "":  # most often an empty variable of the shell: `-o "$OUT"`
        problem("-o names no folder: it is empty", "write `-o DIR`", arguments)
        return 2
    if arguments.output and is_named_as_experiment(arguments.output):
        # Of `xargs tcwc build`: a path such as `-o../up/experiment.yaml` comes with a commit.
        help = "where names of files come from a list, write `--` before them; or name a folder"
        problem(f"-o {arguments.output} names an experiment, not a folder", help, arguments)
        return 2
    session = session_of(arguments)
    statuses = [_build(path, session, arguments) for path in dict.fromkeys(paths)]
    if len(statuses) > 1 and not arguments.quiet:
        done = statuses.count(0)
        say(f"Built {done} of {len(statuses)} experiments, each into its own folder")
    return max(statuses)


def _build(path: str, session: Session, arguments: Namespace) -> int:
    compilation = None
    try:
        compilation = compile(path, upgrade=arguments.upgrade, session=session)
        # Not what is wrong with the mapping: writing tells of that, and --adopt-mapping mends some.
        wrong = [each for each in compilation.of_source if not _is_named(each, arguments)]
        if fails(wrong, arguments.strict or compilation.strict):
            _show_findings(compilation, arguments)
            problem("nothing was written: fix the errors above", "", arguments)
            return 1
        if arguments.renumber:
            _announce_renumbering(compilation)
        with Progress(sys.stderr, quiet=arguments.quiet) as progress:
            report = compilation.write(
                arguments.output,
                force=arguments.force,
                renumber=arguments.renumber,
                adopt=arguments.adopt_mapping,
                on_wait=lambda: say("waiting for another build in this folder", sys.stderr),
                on_run=progress,
                on_leftovers=_tell_leftovers,
            )
    except PROBLEMS as error:
        explain(error, arguments, compilation)
        return exit_code(error)
    if not arguments.quiet:
        _tell(compilation, report, arguments)
    _show_findings(compilation, arguments)
    tell_infos(compilation, arguments)
    if not arguments.quiet:
        for line in next_steps(compilation, report.folder):
            say(compilation.shown(line))
    if arguments.validate:
        from tcwc.commands.validate import validate_folder

        return validate_folder(compilation, report.folder, arguments)
    return 0


def _tell_leftovers(files: int) -> None:
    """Say why a build that is done does not end yet."""
    say(f"removing {files:,} files that a build left which was stopped", sys.stderr)


def _is_named(found: Diagnostic, arguments: Namespace) -> bool:
    """Whether a finding is of an output folder, in whose place the command names one."""
    return found.rule is OUTSIDE_OUTPUT and arguments.output is not None


def _show_findings(compilation: Compilation, arguments: Namespace) -> None:
    """The findings but for those about the mapping, which writing tells, or has mended."""
    found = [each for each in compilation.of_source if not _is_named(each, arguments)]
    show_weighty(found, compilation.sources, arguments, sys.stderr)


def _announce_renumbering(compilation: Compilation) -> None:
    """Say which runs get another id before it happens."""
    lock = compilation.lock
    if lock is None:
        return
    before = compilation.build.ids.numbers
    renamed = [(old, new) for new, old in enumerate(before) if old != new]
    for old, new in renamed[:_HEAD]:
        say(f"  run_{old:03d} becomes run_{new:03d}", sys.stderr)
    if len(renamed) > _HEAD:
        say(f"  ... and {len(renamed) - _HEAD} more", sys.stderr)


def _tell(compilation: Compilation, report: Report, arguments: Namespace) -> None:
    experiment = compilation.experiment
    assert experiment is not None
    mark = tick(sys.stdout)
    folder = _shown(report.folder)
    say(f"{mark} Loaded base config: {experiment.base.name}")
    written = report.written
    if not (written.created or written.changed or written.removed or written.mapping_changed):
        say(f"{mark} Nothing to do: {how_many(report.runs, 'config')} in {folder} are up to date")
        _tell_foreign(report)
        _tell_names(compilation)
        return
    say(f"{mark} Generated {how_many(report.runs, 'config')} in {folder}")
    _tell_runs(compilation, report, arguments.verbose)
    if report.evaluations:
        what = how_many(report.evaluations, "config")
        say(f"{mark} Generated {what} that evaluate in {folder}{EVALUATIONS}/")
    is_all = written.created == report.runs + report.evaluations
    say(f"{mark} {'Created' if is_all else 'Updated'} run_mapping.yaml")
    _tell_upgrade(compilation)
    _tell_changes(report, compilation.shown)
    _tell_jobs(compilation, report)
    _tell_names(compilation)


def _tell_runs(compilation: Compilation, report: Report, everything: bool) -> None:
    runs = compilation.runs
    experiment = compilation.build.experiment
    called = labels(levels_of(experiment.factors), experiment.target.component)
    shown: Sequence[int] = range(len(runs))
    if not everything and len(runs) > _HEAD + _TAIL + 1:
        shown = [*range(_HEAD), -1, *range(len(runs) - _TAIL, len(runs))]
    for index in shown:
        if index < 0:
            say(f"  ... {len(runs) - _HEAD - _TAIL} more")
        else:
            run = runs[index]
            levels = called.of(run.parameters)
            line = f"  - {_shown(report.folder)}{run.id}.yaml" + (f" ({levels})" if levels else "")
            say(compilation.shown(line))


def _tell_upgrade(compilation: Compilation) -> None:
    """From which catalogue to which the runs of an earlier build were taken."""
    build = compilation.build
    name = build.experiment.target.name
    before = build.lock.head.torchtune if build.lock else {}
    now = build.head().torchtune
    if before and before != now:
        first, second = (
            f"{name} {each.get('version')}, catalogue revision {each.get('catalogue')}"
            for each in (before, now)
        )
        if first == second:  # one of the author's own, or a commit
            say(f"  built for another catalogue now: {first}, of which the content has changed")
            return
        say(f"  built for another catalogue now: {first} -> {second}")


def _tell_changes(report: Report, shown: Callable[[str], str]) -> None:
    """What became of the runs of an earlier build."""
    kept = report.written.changed
    if report.new:
        say(f"  new: {numbered(report.new)}")
    if report.found:
        say(f"  with the ids of their configs in the folder: {numbered(report.found)}")
    for there, here in report.moved[:_HEAD]:
        say(f"  {there} of another branch is {here} now")
    if len(report.moved) > _HEAD:
        say(f"  ... and {len(report.moved) - _HEAD} more of them")
    if report.revived:
        say(f"  back again, with the ids that they had: {numbered(report.revived)}")
    if report.retired:
        say(f"  retired, configs removed: {numbered(report.retired)}")
    for change in report.changes:
        say(shown(f"  {numbered(change.ids)} changed meaning: {_few(change.differences)}"))
    if kept and not report.changes and report.is_rebuild:
        say(f"  {how_many(kept, 'config')} rewritten; none changed meaning")
    elif kept and not report.is_rebuild:
        count = how_many(kept, "config")
        say(f"  {count} rewritten; the ids start over, whatever runs they meant before")
    others = [name for name in report.written.removed if name[:-5] not in report.retired]
    if others:
        say(f"  removed, since no run has them: {', '.join(others[:_HEAD])}")
    _tell_foreign(report)


def _tell_jobs(compilation: Compilation, report: Report) -> None:
    """Jobs that were submitted before train what the runs were, whatever is built."""
    changed = [*report.retired, *(id for change in report.changes for id in change.ids)]
    if not changed:
        return
    from tcwc.api.superseded import superseded

    found = superseded(compilation, changed)
    if found is not None:
        say(
            f"  submitted before, and may still train what they were: {numbered(found.runs)}; "
            f"to cancel these jobs: `scancel {shell_line(found.jobs)}`"
        )


def _tell_foreign(report: Report) -> None:
    for name in report.written.foreign[:_HEAD]:
        path = os.path.join(report.folder, name)
        say(
            f"  {path} was not made by tcwc and is left alone; `tcwc check` fails until it is moved"
        )


def _tell_names(compilation: Compilation) -> None:
    """Of what release the configs are, which nobody may have named, and what is short for what."""
    experiment = compilation.build.experiment
    said = [f"for {experiment.target.name} {experiment.version}", short_names(compilation)]
    say(compilation.shown(f"  {'; '.join(filter(None, said))}"))


def _few(differences: Sequence[str]) -> str:
    more = f", and {len(differences) - 5} more" if len(differences) > 5 else ""
    return (", ".join(differences[:5]) or "see the configs") + more


def _shown(folder: str) -> str:
    return folder.rstrip("/") + "/"
