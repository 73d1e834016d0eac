"""What people call runs: templates that cannot be filled in, and runs of one name."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.filling import NotFilled, RunName, name_of
from tcwc.design.reach import Column
from tcwc.lint.cases import MAX_CASES, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Path, Template
from tcwc.model.rules import BAD_TEMPLATE, SAME_RUN_NAME

_OF_ONE_RUN = (("run_id",), ("index",))


def check_run_names(context: Context) -> Iterator[Diagnostic]:
    """A name that cannot be made for some runs, and one that several runs would have."""
    name = context.experiment.run_name
    assert name is not None
    paths = tuple(name.names.values()) if isinstance(name, Template) else ()
    made: dict[str, None] = {}
    failed: dict[str, tuple[NotFilled, list[Levels]]] = {}
    for case in cases(context.experiment, paths):
        own = {**RunName(context.experiment.name, "run_000", 0).says(), **case.arms}
        try:
            made[name_of(name, case.config, own)] = None
        except NotFilled as why:
            failed.setdefault(why.message, (why, []))[1].append(case.levels)
    for problem, levels in failed.values():
        runs = describe_runs(context.experiment, levels)
        at, message = context.sections["run_name"], f"a name cannot be made: {problem.message}"
        help = "name a variable, or a key that has one value in every run"
        yield finding(BAD_TEMPLATE, at, message, help=help, runs=runs)
    # What is not named by the template cannot tell runs apart.
    count = len(context.experiment.cells)
    if not failed and len(made) < count <= MAX_CASES and not set(paths) & set(_OF_ONE_RUN):
        yield _same(context, paths, next(iter(made)), len(made), count)


def _same(
    context: Context, paths: tuple[Path, ...], example: str, names: int, count: int
) -> Diagnostic:
    factors = [each for each in context.experiment.factors if len(each.levels) > 1]
    left = [f.name for f in factors if not any(Column(f).touches(path) for path in paths)]
    left = [f.name for f in factors if f.name in left and f.path not in paths]
    fields = "".join(f"-{{{name}}}" for name in left[:4]) or "-{run_id}"
    has = "one name" if names == 1 else f"{names} names"
    return finding(
        SAME_RUN_NAME,
        context.sections["run_name"],
        f"{count} runs have {has}, such as `{example[:60]}`, and nobody can tell them apart by it",
        help=f'add what tells them apart: `run_name: "{str(context.experiment.run_name)[:80]}'
        f'{fields}"`',
    )
