"""Fixes of what the checks find, that need more than the place of the finding."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tcwc.config.merge import Conflict, lookup, merge
from tcwc.lint.context import Context
from tcwc.model.arguments import arguments
from tcwc.model.diagnostics import Edit, Fix, How
from tcwc.model.ir import Assignment, Experiment, Factor, Path, Value, format_path

_PLAIN = re.compile(r"[A-Za-z_/][\w./-]*")
# Without quotes these are no texts to some reader of YAML, or to people.
_WORDS = frozenset(
    ("null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan", "none")
)


def remove_key(context: Context, path: Path, origin: Assignment | None) -> Fix | None:
    """The fix that removes the entry of a path: in the experiment, or in a base file."""
    if origin is not None:
        written = origin.path == path or path[len(origin.path) :] in origin.parts
        span = origin.span_of(path, key=True) if written else None
    else:
        span = context.experiment.base.key_spans.get(path)
    return Fix("remove it", (Edit(span, how=How.REMOVE),)) if span else None


def base_value(context: Context, path: Path, text: str, *, safe: bool) -> Fix | None:
    """The fix that writes another value in a base file; None where it does not stand there."""
    span = context.experiment.base.spans.get(path)
    return Fix(f"write {text}", (Edit(span, text),), safe) if span and text else None


def without_stale(
    context: Context,
    path: Path,
    keys: Sequence[str],
    chosen: Assignment,
    own: dict[str, Assignment],
) -> Fix | None:
    """The fix that takes a component's section the arguments that it does not know.

    Where the author chose it among constants, or within a level of several keys, they are deleted
    beside it. Where the component itself is what varies, its levels become mappings.
    """
    experiment = context.experiment
    component = experiment.target.component
    if component is None or chosen.path != (*path, component):
        return None
    factor = _factor_of(experiment, chosen)
    if factor is not None and factor.path == chosen.path:
        whole = _levels(context, factor, path, component, keys)
        return whole or _for_some_runs(experiment, chosen, keys, own)
    constants = experiment.constants
    beside = next(
        (
            level.assignments
            for f in (factor,)
            if f
            for level in f.levels
            if chosen in level.assignments
        ),
        constants,
    )
    edits = []
    for key in keys:
        mine = own.get(key)
        if mine is not None and mine.path != (*path, key):
            return None
        if mine is None or (factor is not None and mine in constants):
            edits.append(Edit(chosen.key_span, f"~{{section}}{key}:", How.AFTER))
        elif mine in beside:
            edits.append(Edit(mine.key_span, how=How.REMOVE))
        else:
            return None
    return Fix(f"delete {' and '.join(keys)}", tuple(edits))


def _factor_of(experiment: Experiment, assignment: Assignment) -> Factor | None:
    for factor in (*experiment.factors, *experiment.conditional):
        if any(assignment is each for level in factor.levels for each in level.assignments):
            return factor
    return None


def _levels(
    context: Context, factor: Factor, path: Path, component: str, keys: Sequence[str]
) -> Fix | None:
    """The levels of a factor that is a component, each with what its component takes.

    They replace the section whole; where other lines set keys of it, each deletes what it does
    not take, so that those lines still count.
    """
    span, experiment = factor.span, context.experiment
    name = format_path(factor.path)
    if experiment.design.sample is not None or experiment.ids():
        return None  # other coordinates are other runs of the sample, and other ids than were built
    if span.line != span.end_line or span.end_column - span.column != len(name):
        return None  # nested below another key, or an operator before it
    others = (
        *experiment.controls,
        *experiment.engineering,
        *(
            a
            for f in (*experiment.factors, *experiment.conditional)
            if f is not factor
            for v in f.levels
            for a in v.assignments
        ),
    )
    whole = not any(each.path[: len(path)] == path for each in others)
    try:
        config = merge(experiment.base.values, experiment.constants)
    except Conflict:
        return None
    section = lookup(config, path)[1]
    if not isinstance(section, dict) or any(key not in section for key in keys):
        return None  # what only some runs have cannot be deleted in all of them
    edits = [Edit(span, ("=" if whole else "") + format_path(path))]
    for level in factor.levels:
        taken = arguments(context.catalogue, str(level.value))
        if taken is None:
            return None
        made: dict[str, Value] = {component: level.value}
        rest = {key: value for key, value in section.items() if key != component}
        if whole:
            made |= {key: value for key, value in rest.items() if taken.takes(key)}
        else:
            made |= {f"~{key}": None for key in rest if not taken.takes(key)}
        text = flow(made)
        if text is None:
            return None
        edits.append(Edit(level.span, text))
    return Fix("give whole levels", tuple(edits))


def without(section: Path, keys: Sequence[str], factor: str, level: Value) -> str:
    """The constants of the runs with a level of a factor, a component, that delete what it does not
    take: the factor stays as it is, and with it the coordinates of the runs."""
    gone = ", ".join(f"~{format_path((*section, key))}: null" for key in keys)
    return f"when: {{\"{factor} == '{level}'\": {{{gone}}}}}"


def _for_some_runs(
    experiment: Experiment, chosen: Assignment, keys: Sequence[str], own: dict[str, Assignment]
) -> Fix | None:
    """The fix that writes them beside a constant that stands under `controls:` itself."""
    controls = experiment.controls
    if experiment.conditional or any(each not in controls for each in own.values()):
        return None
    beside = next((each for each in controls if _is_dotted(each)), None)
    if beside is None:
        return None
    section, name = chosen.path[:-1], format_path(chosen.path)
    edit = Edit(beside.key_span, without(section, keys, name, chosen.value), How.AFTER)
    return Fix(f"delete {' and '.join(keys)} there", (edit,))


def _is_dotted(assignment: Assignment) -> bool:
    """Whether a key is a whole path, and below no other."""
    span, name = assignment.key_span, format_path(assignment.path)
    return span.line == span.end_line and span.end_column - span.column == len(name)


def flow(value: Value) -> str | None:
    """A value as flow YAML that an experiment reads back as the same; None where it cannot be."""
    if isinstance(value, dict):
        items = [(key, flow(item)) for key, item in value.items()]
        if any(text is None or not re.fullmatch(r"~?[A-Za-z_][\w-]*", key) for key, text in items):
            return None
        return "{" + ", ".join(f"{key}: {text}" for key, text in items) + "}"
    if isinstance(value, list):
        texts = [flow(item) for item in value]
        return None if None in texts else "[" + ", ".join(filter(None, texts)) + "]"
    if isinstance(value, str):
        return _text(value)
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _text(text: str) -> str | None:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    # A brace would begin a template.
    if not text.isprintable() or "{" in text.replace("${", "") or "'" in text:
        return None
    return f"'{text}'"
