"""`tcwc plan`: the design of an experiment as a table; writes nothing."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence

from tcwc import __version__
from tcwc.api.compilation import Compilation, compile
from tcwc.builds.build import check_catalogue
from tcwc.builds.changes import Changes
from tcwc.builds.matching import IdSource
from tcwc.commands.findings import fails, show_weighty, tell_infos
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import Progress, give, paint_for, say
from tcwc.model.ir import Experiment
from tcwc.model.lazy import load
from tcwc.model.outside import without_theirs
from tcwc.model.rules import TOO_MANY_RUNS
from tcwc.report.formats import PLAN
from tcwc.report.json_text import json_text
from tcwc.report.plan import PlanFormat, Planned, Since


def run(arguments: Namespace) -> int:
    """Show a plan; 0 shown, 1 the source or its mapping has errors, 2 unreadable."""
    if arguments.against is not None:
        from tcwc.commands import against

        return against.review(arguments)
    if len(arguments.experiments) != 1:
        from tcwc.commands.misuse import tell_of_number

        return tell_of_number("plan", arguments.experiments)
    form: PlanFormat = load(PLAN[arguments.format][0])
    try:
        compilation = compile(arguments.experiments[0], session=session_of(arguments))
        if fails(compilation.diagnostics, strict=False):
            _tell_over_limit(compilation, form)
            _show_findings(compilation, arguments)
            return 1
        compilation.check_owner()
        compilation.build  # noqa: B018  configs without a record: their ids are not known
        _print(compilation, form, arguments)
    except BrokenPipeError:
        raise  # nobody reads on: no problem of ours
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    _show_findings(compilation, arguments)
    tell_infos(compilation, arguments)
    return 0


def _print(compilation: Compilation, form: PlanFormat, arguments: Namespace) -> None:
    """Print the plan in the form that is asked for."""
    experiment = compilation.experiment
    assert experiment is not None
    planned = Planned(
        experiment,
        paint_for(arguments.color, sys.stdout),
        arguments.verbose,
        __version__,
        lambda: _numbers(compilation, experiment),
        lambda: _since(compilation, arguments),
    )
    pieces = form.pieces(planned)
    if compilation.is_veiled:
        pieces = _veiled(pieces, arguments.format, compilation.shown)
    for piece in pieces:
        (say if form.is_text else give)(piece)


def _veiled(pieces: Iterable[str], form: str, shown: Callable[[str], str]) -> Iterator[str]:
    """The plan without what only a file outside of the repository says, computed or not."""
    if form != "json":
        yield from map(shown, pieces)
        return
    told = without_theirs(json.loads("".join(pieces)), shown)
    yield json_text(told) + "\n"


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
    check_catalogue(build, build.folder)
    changes = Changes(build.folder)
    kept = 0
    with Progress(sys.stderr, quiet=arguments.quiet) as progress:
        for done, output in enumerate(build.outputs(), 1):
            progress(done, len(build))
            if output.changed_meaning:
                changes.note(output.id, output.text)
            elif output.id in lock.runs:
                kept += 1
    revived = build.ids_by(IdSource.REVIVED, IdSource.REVIVED_SCIENCE)
    return Since(
        kept,
        build.ids_by(IdSource.NEW, IdSource.FOUND),
        revived,
        build.newly_retired(),
        changes.grouped(),
    )


def _tell_over_limit(compilation: Compilation, form: PlanFormat) -> None:
    """Say of a design that is too large how large it is."""
    experiment = compilation.experiment
    too_many = any(each.code == TOO_MANY_RUNS.code for each in compilation.diagnostics)
    if experiment is not None and too_many and form.over_limit is not None:
        for line in form.over_limit(experiment):
            say(line)


def _show_findings(compilation: Compilation, arguments: Namespace) -> None:
    show_weighty(compilation.diagnostics, compilation.sources, arguments, sys.stderr)
