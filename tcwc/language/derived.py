"""`derived` lowered: paths that are computed in each run, in an order in which they can be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.config.canonical import flow
from tcwc.language import complaints
from tcwc.language.formulas import read_formula
from tcwc.language.lower import Lowering
from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.design import Derived
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Factor, Op, Path, Value, format_path, overlap
from tcwc.model.paths import Key
from tcwc.model.rules import (
    BAD_CHOICE,
    BAD_DERIVED,
    BAD_EXPRESSION,
    BAD_OPERATOR,
    WRONG_TYPE,
)
from tcwc.model.types import Type
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, in_flow


def lower_derived(lowering: Lowering, section: MappingNode) -> tuple[Derived, ...]:
    """The derived paths, each behind those that it reads."""
    made: dict[Path, Derived] = {}
    for bound in lowering.bind(section, formulas=True):
        for each in _derived(lowering, bound.entry, bound.key):
            first = made.setdefault(each.path, each)
            if first is not each:
                lowering.found.append(_twice(each, first))
    return tuple(_ordered(lowering, made))


def _derived(lowering: Lowering, entry: Entry, key: Key) -> Iterator[Derived]:
    node, span = entry.value, entry.key.span
    if key.op is not Op.SET:
        message = f"`{key.op.value}{format_path(key.path)}` under derived: a key is computed here"
        help = f"write `{format_path(key.path)}: 2 * lora_rank`"
        lowering.found.append(finding(BAD_OPERATOR, span, message, help=help))
    elif isinstance(node, MappingNode) and node.entries:
        for below in node.entries:
            inner = lowering.key(below, top=False)
            if inner is not None:
                added = inner.added or key.added
                whole = replace(inner, path=(*key.path, *inner.path), added=added)
                yield from _derived(lowering, below, whole)
    else:
        receiver = lowering.receiver(key, {}, span)
        name = lowering.word_for(key.path)
        if receiver is not None and (said := _template(node, name, receiver.type)) is not None:
            lowering.found.append(said)
            return
        formula = read_formula(lowering, node, f"`{name}: 2 * lora_rank`", name)
        if receiver is not None and formula is not None:
            yield Derived(key.path, formula, span, _kind(receiver.type))


def _template(node: Node, name: str, type_: Type) -> Diagnostic | None:
    """What to say of a string with names in braces, which is filled in where it is set."""
    texts = "str" in type_.kinds and not {"int", "float"} & set(type_.kinds)
    if not texts or not isinstance(node, ScalarNode) or not re.search(r"(?<!\$)\{\w", node.text):
        return None
    help = f"write `{name}: {in_flow(node)}` under `controls:`, not here"
    message = f"`{name}` is a string with names to fill in, and nothing is computed"
    return finding(BAD_EXPRESSION, node.span, message, help=help)


def _kind(type_: Type) -> str:
    kinds = set(type_.kinds) & {"int", "float"}
    return kinds.pop() if len(kinds) == 1 and "any" not in type_.kinds else ""


def _twice(each: Derived, first: Derived) -> Diagnostic:
    return complaints.twice(
        each.path, each.span, first.span, same=each.formula.text == first.formula.text
    )


def _ordered(lowering: Lowering, made: dict[Path, Derived]) -> Iterator[Derived]:
    """Each behind those that it reads; those in a circle are reported and left out."""
    waiting = dict(made)
    while waiting:
        ready = [
            path
            for path, each in waiting.items()
            if not any(_reads(each, other) for other in waiting)
        ]
        if not ready:
            _report_circle(lowering, _circle(waiting))
            return
        for path in ready:
            yield waiting.pop(path)


def _reads(derived: Derived, path: Path) -> bool:
    named = derived.formula.names.values()
    return any(overlap(name, path) for name in named)


def _circle(waiting: dict[Path, Derived]) -> dict[Path, Derived]:
    """Those that are in a circle, without those that only read one of them."""
    left = dict(waiting)
    while idle := [p for p in left if not any(_reads(each, p) for each in left.values())]:
        for path in idle:
            del left[path]
    return left


def _report_circle(lowering: Lowering, circle: dict[Path, Derived]) -> None:
    first, *others = circle.values()
    name = format_path(first.path)
    if _reads(first, first.path):
        message = f"`{name}` is computed from itself"
        help = "write the number of the base, or take the value from another key"
    else:
        listed = ", ".join(f"`{format_path(path)}`" for path in circle)
        message, help = f"{listed} are computed from one another", "compute one from variables only"
    labels = tuple(Label(each.span, "computed from it") for each in others)
    lowering.found.append(finding(BAD_DERIVED, first.span, message, help=help, labels=labels))


def check_derived(
    lowering: Lowering, derived: tuple[Derived, ...], columns: tuple[Factor, ...]
) -> None:
    """Report computed values that do not fit what reads them, the first of each."""
    for each, column in zip(derived, columns, strict=True):
        receiver = lowering.tree.receiver(each.path, {})
        for level in column.levels:
            wrong = _misfit(level.value, receiver.type) if receiver.known else None
            if wrong is not None:
                rule = BAD_CHOICE if wrong.choice else WRONG_TYPE
                message = (
                    f"`{format_path(each.path)}` comes to {flow(level.value)}: {wrong.message}"
                )
                lowering.found.append(
                    finding(rule, each.formula.span, message, help="change the expression")
                )
                break


def _misfit(value: Value, type_: Type) -> Mistyped | None:
    """Why a computed value does not fit; as if it had been written."""
    if isinstance(value, list):
        wrong = (_misfit(item, type_.item) for item in value if type_.item is not None)
        return next((each for each in wrong if each is not None), None)
    typed = type_scalar(
        value if isinstance(value, str) else flow(value), isinstance(value, str), type_
    )
    return typed if isinstance(typed, Mistyped) else None
