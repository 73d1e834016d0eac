"""`tcwc plan`: the design of an experiment as a table; writes nothing."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.builds.build import check_catalogue
from tcwc.builds.changes import Changes
from tcwc.builds.matching import How
from tcwc.commands.findings import fails, show_findings
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.terminal import Progress, give, paint_for, say
from tcwc.design.balance import balance
from tcwc.model.frozen import replace
from tcwc.model.ir import Experiment
from tcwc.model.rules import TOO_MANY_RUNS
from tcwc.report.plan import Plan, Since


def run(arguments: Namespace) -> int:
    """Show a plan; 0 shown, 1 the source or its mapping has errors, 2 unreadable."""
    try:
        compilation = compile(arguments.experiment)
        if fails(compilation.diagnostics, strict=False):
            _tell_over_limit(compilation, arguments)
            _show_findings(compilation, arguments)
            return 1
        compilation.check_owner()
        compilation.build  # noqa: B018  configs without a record: their ids are not known
        _print(compilation, arguments)
    except BrokenPipeError:
        raise  # nobody reads on: no problem of ours
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    _show_findings(compilation, arguments)
    return 0


def _print(compilation: Compilation, arguments: Namespace) -> None:
    """Print the plan in the form that is asked for; each imports what it needs."""
    experiment = compilation.experiment
    assert experiment is not None
    if arguments.format == "csv":
        from tcwc.report.plan_csv import csv_pieces

        for piece in csv_pieces(experiment, _numbers(compilation, experiment)):
            give(piece)
        return
    plan = Plan(experiment, balance(experiment), None)
    if arguments.format == "markdown":
        from tcwc.report.plan_markdown import markdown_lines

        for line in markdown_lines(plan, everything=arguments.verbose):
            give(f"{line}\n")
        return
    plan = replace(plan, since=_since(compilation, arguments))
    if arguments.format == "json":
        from tcwc import __version__
        from tcwc.report.plan_json import json_pieces

        for piece in json_pieces(plan, _numbers(compilation, experiment), __version__):
            give(piece)
        return
    from tcwc.report.plan_table import table_lines

    paint = paint_for(arguments.color, sys.stdout)
    for line in table_lines(plan, paint, everything=arguments.verbose):
        say(line)


def _numbers(compilation: Compilation, experiment: Experiment) -> Sequence[int]:
    """The numbers in the runs' ids, in design order."""
    if compilation.lock is None:
        return range(len(experiment.cells))
    return compilation.build.ids.numbers


def _since(compilation: Compilation, arguments: Namespace) -> Since | None:
    """What a build would make of the runs of the last one; None where there was none."""
    lock = compilation.lock
    if lock is None:
        return None
    build = compilation.build
    check_catalogue(build, compilation.folder)
    changes = Changes(compilation.folder)
    kept = 0
    with Progress(sys.stderr, quiet=arguments.quiet) as progress:
        for done, output in enumerate(build.outputs(), 1):
            progress(done, len(build))
            if output.changed_meaning:
                changes.note(output.id, output.text)
            elif output.id in lock.runs:
                kept += 1
    revived = build.ids_by(How.REVIVED, How.REVIVED_SCIENCE)
    return Since(
        kept, build.ids_by(How.NEW, How.FOUND), revived, build.newly_retired(), changes.grouped()
    )


def _tell_over_limit(compilation: Compilation, arguments: Namespace) -> None:
    """Say of a design that is too large how large it is."""
    experiment = compilation.experiment
    too_many = any(each.code == TOO_MANY_RUNS.code for each in compilation.diagnostics)
    if experiment is not None and too_many and arguments.format == "table":
        from tcwc.report.plan_table import over_limit

        for line in over_limit(experiment):
            say(line)


def _show_findings(compilation: Compilation, arguments: Namespace) -> None:
    show_findings(compilation.diagnostics, compilation.sources, arguments, sys.stderr)
