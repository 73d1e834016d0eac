"""Gives components the names that this version has for them, for the sake of all checks.

A config of an older release names its checkpointer or scheduler by a path that is gone. That is
one finding each (`check_renamed` of torchtune); no other check should stumble over the same name.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.lint.context import Context
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Factor, Level, Path, Value
from tcwc.model.known import Knowledge
from tcwc.model.source import Span


def with_present_names(context: Context) -> Context:
    """The subject with renamed components under their names of today; `renamed` has the old ones.

    Only checks see it so: what is built is what was written.
    """
    experiment = context.experiment
    base = experiment.base
    component = experiment.target.component
    if component is None:
        return context
    of_base = _Reader(component, context.catalogue, context.start)
    values = of_base.section(base.values, (), base.spans) if base.is_file else base.values
    reader = _Reader(component, context.catalogue, context.start)
    controls = tuple(map(reader.assignment, experiment.controls))
    engineering = tuple(map(reader.assignment, experiment.engineering))
    factors = tuple(map(reader.factor, experiment.factors))
    conditional = tuple(map(reader.factor, experiment.conditional))
    if not reader.renamed and not of_base.renamed:
        return context
    experiment = replace(
        experiment,
        base=replace(base, values=values),
        controls=controls,
        engineering=engineering,
        factors=factors,
        design=replace(experiment.design, conditional=conditional),
    )
    here = tuple((span, old) for (span, _), old in reader.renamed.items())
    return replace(context, experiment=experiment, renamed=of_base.renamed, renamed_here=here)


class _Reader:
    def __init__(self, component: str, catalogue: Knowledge, start: Span) -> None:
        self._component = component
        self._catalogue = catalogue
        self._start = start
        self._now: dict[str, str] = {}
        self.renamed: dict[tuple[Span, str], str] = {}

    def factor(self, factor: Factor) -> Factor:
        levels = tuple(map(self._level, factor.levels))
        same = all(a is b for a, b in zip(levels, factor.levels, strict=True))
        return factor if same else replace(factor, levels=levels)

    def _level(self, level: Level) -> Level:
        made = tuple(map(self.assignment, level.assignments))
        same = all(a is b for a, b in zip(made, level.assignments, strict=True))
        return level if same else replace(level, assignments=made)

    def assignment(self, each: Assignment) -> Assignment:
        value, span = each.value, each.value_span
        if isinstance(value, str):
            if each.path[-1] != self._component:
                return each
            new: Value = self._name(value, span)
        elif isinstance(value, dict | list):
            values = {path: at for path, (_, at) in each.parts.items()}
            new = self._value(value, (), {(): span, **values})
        else:
            return each
        return each if new == value else replace(each, value=new)

    def section(
        self, section: dict[str, Value], path: Path, spans: Mapping[Path, Span]
    ) -> dict[str, Value]:
        new: dict[str, Value] = {}
        for key, value in section.items():
            if key == self._component and isinstance(value, str):
                at = spans.get((*path, key)) or spans.get(()) or self._start
                new[key] = self._name(value, at)
            else:
                new[key] = self._value(value, (*path, key), spans)
        return new

    def _value(self, value: Value, path: Path, spans: Mapping[Path, Span]) -> Value:
        if isinstance(value, dict):
            return self.section(value, path, spans)
        if isinstance(value, list):
            return [self._value(item, (*path, at), spans) for at, item in enumerate(value)]
        return value

    def _name(self, name: str, span: Span) -> str:
        if name not in self._now:
            self._now[name] = self._catalogue.present_name(name)
        now = self._now[name]
        if now != name:
            self.renamed[span, now] = name
        return now
