"""The run that a command is asked for, or why there is none."""

from __future__ import annotations

from argparse import Namespace
from itertools import chain

from tcwc.api.compilation import Compilation, compile
from tcwc.api.near import near_ids
from tcwc.api.runs import Run
from tcwc.builds.mapping import Record
from tcwc.builds.matching import run_id
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.problems import PROBLEMS, exit_code, explain
from tcwc.commands.sessions import session_of
from tcwc.config.canonical import canonical_json
from tcwc.config.merge import lookup
from tcwc.model.ir import format_path
from tcwc.model.printable import shell_path, shell_word
from tcwc.report.levels import labels, levels_of


def open_run(arguments: Namespace) -> tuple[Compilation, Run] | int:
    """The experiment and the run that a command line names.

    Where they cannot be had, that is said, and given is the exit code: 1 where the source has
    errors or no such run, 2 where it is unreadable.
    """
    try:
        compilation = compile(arguments.experiment, session=session_of(arguments))
        if shows_errors(compilation, arguments):
            return 1
        found = find_run(compilation, arguments.run, arguments)
    except PROBLEMS as error:
        explain(error, arguments)
        return exit_code(error)
    return 1 if found is None else (compilation, found)


def find_run(compilation: Compilation, wanted: str, arguments: Namespace) -> Run | None:
    """The run of an id or a number; None where there is none, which is then said."""
    # No run has as many digits, and of thousands Python refuses to make an int.
    id = run_id(int(wanted)) if wanted.isdecimal() and len(wanted) <= 9 else wanted
    try:
        return compilation.runs.by_id(id)
    except KeyError:
        pass
    retired = next((r for r in compilation.build.retired() if r.id == id), None)
    if retired is not None:
        message = f"{id} is retired: {_why(compilation, retired)}"
        experiment = compilation.build.experiment
        there = chain(levels_of(experiment.factors), retired.parameters.items())
        levels = labels(there, experiment.target.component).of(retired.parameters)
        help = f"it was the run of {levels}; its id is not used again"
    else:
        message = f"{compilation.place.path} has no run {id}"
        help = near_ids(compilation.build.ids.numbers, id)
        if _is_key(compilation, wanted):
            file = shell_path(compilation.place.path)
            help = (
                f"name a run before it: `tcwc explain {file} run_000 {shell_word(wanted)}`; {help}"
            )
    problem(message, help, arguments)
    return None


def _is_key(compilation: Compilation, word: str) -> bool:
    """Whether a word is a key of the runs' configs, or a short name for one."""
    path = compilation.path(word)
    return not isinstance(path, str) and lookup(compilation.runs[0].config, path)[0]


def _why(compilation: Compilation, record: Record) -> str:
    """Since what change of the experiment there is no such run."""
    experiment = compilation.experiment
    assert experiment is not None
    factors = {format_path(factor.path): factor for factor in experiment.factors}
    factors |= {factor.name: factor for factor in experiment.factors}
    for name, value in record.parameters.items():
        if name not in factors:
            return f"`{name}` is no variable any more"
        levels = {canonical_json(level.value) for level in factors[name].levels}
        if canonical_json(value) not in levels:
            there = chain(levels_of(experiment.factors), [(name, value)])
            text = labels(there, experiment.target.component).text(name, value)
            return f"`{name}` has no level {text} any more"
    had = {factors[name].path for name in record.parameters}
    for factor in experiment.factors:
        if factor.path not in had and factor.when is None and factor.size:
            return f"`{factor.name}` is a variable since then, and it has no level of it"
    return "the design has no run of these levels any more (see exclude, sample, when, zip)"
