"""`tcwc diff`: the values in which two runs, configs or builds differ."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from tcwc.api.compilation import compile
from tcwc.builds.changes import value_differences
from tcwc.builds.compare import BuildDifferences, Built, compare
from tcwc.builds.errors import LockError
from tcwc.builds.mapping_reader import read_lock
from tcwc.builds.matching import run_number
from tcwc.commands.findings import problem, shows_errors
from tcwc.commands.problems import PROBLEMS, explain
from tcwc.commands.runs import find_run
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import paint_for, say
from tcwc.disk.files import find_experiments, looks_like_experiment
from tcwc.disk.folder import MAPPING, Folder
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Value
from tcwc.report.runs import numbered
from tcwc.yaml.config import read_base

_SHOWN = 40
_SIDES = "A and B are EXPERIMENT:RUN, EXPERIMENT:base, a config file, or a folder of a build"
BASE = "base"


@dataclass(frozen=True, slots=True)
class Config:
    """A config, and what it is called in the output.

    `shown` hides the text of files outside of the repository that it was made from.
    """

    name: str
    values: dict[str, Value]
    shown: Callable[[str], str] = str


def run(arguments: Namespace) -> int:
    """Compare A with B; 0 no difference, 1 some, 2 a side cannot be read."""
    experiment = _experiment(arguments.a)[0]
    b = arguments.b
    if experiment and not os.path.exists(b) and not _experiment(b)[0]:
        b = f"{experiment}:{b}"
    try:
        here = _side(arguments.a, arguments)
        there = None if here is None else _side(b, arguments)
    except PROBLEMS as error:
        explain(error, arguments)
        return 2
    if here is None or there is None:
        return 2
    if isinstance(here, Config) and isinstance(there, Config):
        differences = value_differences(here.values, there.values)
        found = [there.shown(here.shown(line)) for line in differences]
        return _tell(here.name, there.name, found, arguments)
    if isinstance(here, Built) and isinstance(there, Built):
        found = _in_words(compare(here, there), here.folder.path, there.folder.path)
        return _tell(here.folder.path, there.folder.path, found, arguments)
    problem(f"{arguments.a} and {b} cannot be compared", _SIDES + ", both alike", arguments)
    return 2


def _experiment(text: str) -> tuple[str, str]:
    """File and run of `EXPERIMENT:RUN`; no file where a text is not that."""
    file, _, run = text.rpartition(":")
    # A file may have a colon in its name; where it is there, it is what was meant.
    is_run = bool(file and run) and os.path.isfile(file) and not os.path.exists(text)
    return (file, run) if is_run else ("", text)


def _side(text: str, arguments: Namespace) -> Config | Built | None:
    """What A or B names; None where it cannot be had, which is then said. Raises PROBLEMS."""
    experiment, run = _experiment(text)
    if experiment:
        return _run(experiment, run, arguments)
    if os.path.isdir(text):
        return _folder(text, arguments)
    if not os.path.exists(text):
        problem(f"there is no {text}", _sides(text), arguments)
        return None
    return _file(text, arguments)


def _sides(text: str) -> str:
    """What a side can be, for one that is not there: most likely a run."""
    there = (
        list(find_experiments(os.curdir))
        if text.isdecimal() or run_number(text) is not None
        else []
    )
    if there:
        return f"name its experiment too: {there[0]}:{text}"
    return _SIDES


def _run(experiment: str, run: str, arguments: Namespace) -> Config | None:
    compilation = compile(experiment, session=session_of(arguments))
    if shows_errors(compilation, arguments) or compilation.experiment is None:
        return None
    if run == BASE:
        base = compilation.experiment.base
        return Config(f"{experiment}:{BASE} ({base.name})", base.values, compilation.shown)
    found = find_run(compilation, run, arguments)
    return (
        None
        if found is None
        else Config(f"{experiment}:{found.id}", found.config, compilation.shown)
    )


def _folder(path: str, arguments: Namespace) -> Built | None:
    text = Folder(path).read_mapping()
    if text is None:
        problem(f"{path} has no {MAPPING}", "name a folder that `tcwc build` wrote", arguments)
        return None
    try:
        return Built(Folder(path), read_lock(text))
    except LockError as error:
        raise error.in_folder(path) from None


def _file(path: str, arguments: Namespace) -> Config | None:
    if looks_like_experiment(path):
        help = f"name a run of it, as in {path}:run_000, or its base: {path}:{BASE}"
        problem(f"{path} is an experiment, not a config", help, arguments)
        return None
    read = read_base(session_of(arguments).place(path).source(), path)
    if read.diagnostics:
        first = read.diagnostics[0]
        problem(f"{first.span}: {first.message}", first.help, arguments)
        return None
    return Config(path, read.values)


def _in_words(found: BuildDifferences, here: str, there: str) -> list[str]:
    said = list(found.origin)
    said += [f"only in {here}: {numbered(found.only_here)}"] if found.only_here else []
    said += [f"only in {there}: {numbered(found.only_there)}"] if found.only_there else []
    said += [f"{one} is {other} in {there}" for one, other in found.renamed]
    for change in found.changes:
        what = ", ".join(change.differences) or "not looked into: see the configs"
        said.append(f"{numbered(change.ids)}: {what}")
    if found.missing:
        said.append(f"{numbered(found.missing)}: differs, and a config of it is missing")
    return said


def _tell(here: str, there: str, found: Sequence[str], arguments: Namespace) -> int:
    """Print the differences, the first of them where they are many."""
    if found and not arguments.quiet:
        paint = paint_for(arguments.color, sys.stdout)
        say(paint("bold", f"--- {here}"))
        say(paint("bold", f"+++ {there}"))
        for line in found if arguments.verbose else found[:_SHOWN]:
            say(line)
        if len(found) > _SHOWN and not arguments.verbose:
            say(f"... and {len(found) - _SHOWN} more (-v shows all)")
    return 1 if found else 0
