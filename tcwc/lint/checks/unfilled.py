"""Templates that cannot be filled in: what they name is not there, or is no single value."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.filling import NotFilled, RunName, fill
from tcwc.config.isolation import is_written
from tcwc.config.merge import lookup
from tcwc.config.template import Field, parse_template
from tcwc.config.walk import templates
from tcwc.design.reach import Column
from tcwc.lint.assigned import assignments
from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Assignment, Experiment, Path, Template, Value
from tcwc.model.recent import Recent
from tcwc.model.rules import BAD_TEMPLATE

_KEPT = 8
"""Sets of paths whose cases are kept."""


def check_templates(context: Context) -> Iterator[Diagnostic]:
    """One finding for each template and reason, with the runs that it concerns."""
    constants = {id(each) for each in context.experiment.constants}
    # By the paths that they name: most templates of an experiment name the same few.
    met: dict[tuple[Path, ...], list[Case]] = Recent(_KEPT)
    for each in assignments(context.experiment):
        if isinstance(each.value, (str, dict, list)):
            if id(each) in constants and _is_overridden(context.experiment, each.path):
                continue
            for path, text in templates(each.value, each.path):
                names = tuple(text.names.values())
                if names not in met:
                    met[names] = list(cases(context.experiment, names))
                yield from _one(context, each, path, text, met[names])


def _is_overridden(experiment: Experiment, path: Path) -> bool:
    """Whether a constant is in no run, as another rule says, so that none wants it filled in."""
    return any(Column(each).always_sets(path) for each in experiment.factors)


def _one(
    context: Context, origin: Assignment, path: Path, text: Template, found: list[Case]
) -> Iterator[Diagnostic]:
    from tcwc.lint.variants import describe_runs

    experiment = context.experiment
    met: dict[str, tuple[NotFilled, list[Levels]]] = {}
    for case in found:
        own = {**RunName(experiment.name, "run_000", 0).says(), **case.arms}
        try:
            fill(text, path, case.config, own, experiment.target.write_keys)
            _refuse_directory(text, path, case.config, experiment.target.write_keys)
        except NotFilled as why:
            met.setdefault(why.message, (why, []))[1].append(case.levels)
    for message, (problem, levels) in met.items():
        shown = f"{{{problem.field.name}{':' if problem.field.spec else ''}{problem.field.spec}}}"
        yield finding(
            BAD_TEMPLATE,
            origin.value_span,
            f"`{shown}` cannot be filled in: {message}",
            help=problem.help,
            runs=describe_runs(experiment, levels),
        )


def _refuse_directory(
    text: Template, path: Path, config: dict[str, Value], keys: tuple[str, ...]
) -> None:
    """A directory that begins with another one's template: its slashes would become `_`.

    Raises NotFilled.
    """
    parsed = parse_template(text)
    first = parsed[0] if isinstance(parsed, (list, tuple)) and parsed else None
    if not isinstance(first, Field) or not is_written(path, keys):
        return
    named = text.names[first.name]
    value = lookup(config, named)[1]
    if is_written(named, keys) and isinstance(value, str) and "/" in value:
        message = "it is a directory, and what is filled in is a part of a name, without slashes"
        raise NotFilled(message, f"write `${{{first.name}}}`, which follows it", first)
