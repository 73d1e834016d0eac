"""The finding of a component whose body refuses its arguments: which, why, what it would take."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterator
from decimal import Decimal

from tcwc.config.interpolation.reading import NotKnown
from tcwc.config.merge import lookup, merge
from tcwc.expressions.syntax import Binary, Comparison, Items, Literal, Node, walk
from tcwc.lint.cases import Case
from tcwc.model.cut import cut
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Assignment, Op, Path, Value, format_path
from tcwc.model.types import misfit
from tcwc.model.words import either, listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.holds import certain
from tcwc.torchtune.knowledge.condition.model import Condition
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.yaml.emit import scalar

_LINES = 3
_AT_RUN_TIME = re.compile(
    r"(?:[.,;:]|\s+but)\s+(?:but\s+)?(?:found|got|received|expected|is)\b:?[^.]*\.\.\..*$"
    r"|\s*[:,]?\s*\.\.\.(?:,\s*\.\.\.)*\.?$",
    re.IGNORECASE,
)
"""The end of a message that shows what is known at run time alone."""
_USUAL = 0.9
"""What a rate of something (a momentum) may well be, where its default is refused."""
_SHOWN = 60
_NEAR = 65
"""How far from a number a like one is looked for that leaves no rest."""


def refused(condition: Condition, reader: CaseReader) -> Diagnostic | None:
    """What is reported; None where nothing of it is the author's, or another finding says it."""
    where = condition.place
    assert where is not None
    keys = _keys(condition)
    there = [key for key in keys if lookup(reader.case.config, (*where, key))[0]]
    absent = [key for key in keys if key not in there]
    if (absent and not reader.context.complete) or _of_other_type(condition, reader, there):
        return None
    own = [key for key in there if reader.origin((*where, key)) is not None]
    chosen = reader.origin((*where, COMPONENT)) is not None
    if not (own or chosen or reader.context.experiment.base.is_file):
        return None
    path = (*where, (own or ([] if chosen else there) or [COMPONENT])[0])
    name = str(reader.known((*where, COMPONENT)))
    return finding(
        condition.rule,
        reader.context.place(path, reader.origin(path)),
        f"{name} refuses {_values(condition, reader, [*there, *absent])}"
        f"{_reason(condition, reader)}",
        help=_help(condition, reader, [*(own or there), *absent]),
    )


def _keys(condition: Condition) -> list[str]:
    """The arguments that a condition is about, in the order of its text."""
    paths = [path for test in condition.when for path in test.expression.names]
    return [str(key) for key in dict.fromkeys(path[1] for path in paths) if key != COMPONENT]


def _of_other_type(condition: Condition, reader: CaseReader, keys: list[str]) -> bool:
    """Whether an argument is none that the component takes at all: that is another finding."""
    where = condition.place or ()
    component = reader.context.catalogue.component(str(reader.known((*where, COMPONENT))))
    types = {} if component is None else {p.name: p.type for p in component.parameters.values()}
    values = {key: reader.known((*where, key)) for key in keys if key in types}
    return any(misfit(value, types[key]) for key, value in values.items())


def _values(condition: Condition, reader: CaseReader, keys: list[str]) -> str:
    """The arguments with their values: `nesterov: true` with `momentum: 0` (its default)."""
    defaults = _defaults(condition)
    parts = []
    for key in keys:
        there, value = _value(reader, (*(condition.place or ()), key))
        if not there and key not in defaults:
            parts.append(f"no `{key}`")
            continue
        shown = _shown(value if there else defaults[key])
        parts.append(f"`{key}: {shown}`" + ("" if there else ", its default,"))
    first, *others = parts
    return first + (f" with {_and(others)}" if others else "").rstrip(",")


def _and(parts: list[str]) -> str:
    """Parts that bear their own marks."""
    return " and ".join((", ".join(parts[:-1]), parts[-1]) if len(parts) > 1 else parts)


def _defaults(condition: Condition) -> dict[str, Value]:
    """The defaults of arguments, as its expression has them."""
    found: dict[str, Value] = {}
    for test in condition.when:
        for call in test.calls:
            if call.function == "default":
                path, value = call.arguments
                found[str(path.path[1])] = _plain(value)  # type: ignore[union-attr]
    return found


def _reason(condition: Condition, reader: CaseReader) -> str:
    """What it says then, with the values in it."""
    defaults, where = _defaults(condition), condition.place or ()

    def show(found: re.Match[str]) -> str:
        there, value = _value(reader, (*where, found[1]))
        return _shown(value if there else defaults.get(found[1]))

    said = re.sub(r"\{section\.(\w+)\}", show, without_end(condition.message))
    return f": {said}" if said else ""


def without_end(message: str) -> str:
    """What a component says, without an end that shows a value of the run (`but found ...`)."""
    return _AT_RUN_TIME.sub("", message).strip().rstrip(".")


# --- what it would take --------------------------------------------------------------------


def _help(condition: Condition, reader: CaseReader, keys: list[str]) -> str:
    """Lines that make the condition false, one argument changed in each."""
    where = condition.place or ()
    lines = []
    for key in keys:
        path = (*where, key)
        candidates = [*_like(condition, reader, path), *_candidates(condition, key)]
        fitting = [each for each in candidates if _passes(condition, reader, path, each)]
        if not fitting:
            continue
        texts = list(dict.fromkeys(each for each in fitting if isinstance(each, str)))
        if len(texts) > 1:
            choices = either([f"`{_shown(each)}`" for each in texts])
            lines.append(f"`{format_path(path)}` as one of {choices}")
        else:
            lines.append(f"`{format_path(path)}: {_shown(fitting[0])}`")
    if lines:
        return f"write {', or '.join(lines[:_LINES])}"
    return f"change {listed([format_path((*where, key)) for key in keys] or [COMPONENT])}"


def _like(condition: Condition, reader: CaseReader, path: Path) -> Iterator[Value]:
    """A list of numbers as it stands with a point in each, numbers nearby where a division leaves a
    rest, and the default of the parameter."""
    value = reader.known(path)
    if isinstance(value, list) and all(isinstance(each, int | float) for each in value):
        yield [float(each) for each in value if isinstance(each, int | float)]
    if _is_count(value) and _divides(condition):
        assert isinstance(value, int)
        yield from (value + by for step in range(1, _NEAR) for by in (-step, step))
    component = reader.context.catalogue.component(str(reader.known((*path[:-1], COMPONENT))))
    parameter = component.parameters.get(str(path[-1])) if component else None
    try:
        default = literal_eval(parameter.default) if parameter else None
    except (SyntaxError, ValueError):
        return
    if default is not None:
        yield list(default) if isinstance(default, tuple) else default


def _candidates(condition: Condition, key: str) -> Iterator[Value]:
    """Values that an argument may well have: its default, those that it is compared with, and
    their neighbours."""
    defaults = _defaults(condition)
    if key in defaults:
        yield defaults[key]
    roots = [test.expression.root for test in condition.when[:-1]]
    nodes = [node for root in roots for node in walk(root)]
    for node in nodes:
        if isinstance(node, Comparison) and any(op in ("in", "not in") for op in node.operators):
            for part in node.operands:
                yield from map(_plain, part.items) if isinstance(part, Items) else ()
        elif isinstance(node, Comparison):
            yield from (_plain(part) for part in node.operands if isinstance(part, Literal))
    yield from (False, True, None, _USUAL)
    numbers = [_plain(n) for n in nodes if isinstance(n, Literal)]
    yield from (each + 1 for each in numbers if isinstance(each, int) and each is not True)


def _passes(condition: Condition, reader: CaseReader, path: Path, value: Value) -> bool:
    """Whether the component would take this value beside the others."""
    component = reader.context.catalogue.component(str(reader.known((*path[:-1], COMPONENT))))
    parameter = component.parameters.get(str(path[-1])) if component else None
    if parameter is None or misfit(value, parameter.type):
        return False
    if value is None and parameter.default != "None":
        return False
    now = reader.known(path)
    if _is_count(now) and _is_count(value) is False:
        return False  # a size of nothing is no repair
    start = reader.context.start
    other = Assignment(path, value, Op.REPLACE, False, start, start)
    config = merge(reader.case.config, [other])
    case = Case(config, reader.case.assignments, reader.case.levels)
    changed = CaseReader(reader.context, case)
    changed.section = reader.section
    return certain(condition.when[:-1], changed) is False


def _divides(condition: Condition) -> bool:
    """Whether a condition is about the rest of a division, which a number nearby may not leave."""
    nodes = (node for test in condition.when for node in walk(test.expression.root))
    return any(isinstance(node, Binary) and node.operator == "%" for node in nodes)


def _is_count(value: Value) -> bool | None:
    """Whether a whole number is at least 1; None for what is no whole number."""
    return value >= 1 if isinstance(value, int) and not isinstance(value, bool) else None


def _value(reader: CaseReader, path: Path) -> tuple[bool, Value]:
    try:
        return reader.lookup(path)
    except NotKnown:
        return True, "${...}"


def _plain(node: Node) -> Value:
    if isinstance(node, Items):
        return [_plain(each) for each in node.items]
    value = getattr(node, "value", None)
    if getattr(node, "operator", "") == "-":
        inner = _plain(node.operand)  # type: ignore[union-attr]
        return -inner if isinstance(inner, int | float) else None
    return float(value) if isinstance(value, Decimal) else value


def _shown(value: Value) -> str:
    """A value as one writes it, if it is not long."""
    return cut(_flow(value), _SHOWN)


def _flow(value: Value) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return scalar(value)
